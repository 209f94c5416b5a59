# The lvs role alone, under real IPVS: lvs_rig stands for guardian and main.
check_PROGRAMS += tests/guest/lvs_rig
tests_guest_lvs_rig_SOURCES = tests/guest/lvs_rig.c
tests_guest_lvs_rig_LDADD = core/lvs/liblvs.a core/ipc/libipc.a core/nl/libnl.a \
	core/model/libmodel.a core/base/libbase.a $(NL_LIBS) $(EVENT_LIBS)
EXTRA_DIST += tests/guest/lvs_rig.py tests/guest/test_lvs_table.py tests/guest/test_lvs_drain.py tests/guest/test_lvs_pool.py tests/guest/test_lvs_scripts.py tests/guest/test_lvs_agent.py tests/guest/test_services.py tests/guest/test_group.py tests/guest/test_sync_daemon.py tests/guest/test_truth.py tests/guest/test_property.py tests/guest/test_statistics.py tests/guest/test_checks_by_snmp.py tests/guest/test_columns.py tests/guest/test_foreign_mibs.py tests/guest/test_recipes.py tests/guest/test_replay.py tests/guest/test_revert.py tests/guest/test_row_status.py tests/guest/test_save.py tests/guest/test_snmp_storm.py \
	tests/guest/test_checks_beside.py tests/guest/test_pool.py tests/guest/test_pool_matrix.py \
	tests/guest/pool-differences
EXTRA_DIST += tests/netns/test_lvs_absent.py tests/netns/test_agent_standalone.py tests/netns/test_support.py tests/guest/test_logs.py tests/guest/test_track_virtual_server.py tests/guest/test_vrf.py tests/guest/test_links.py
