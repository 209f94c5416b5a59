if HAVE_CMOCKA
core_tests = tests/unit/test_base tests/unit/base_log tests/unit/test_store tests/unit/test_link \
	tests/unit/daemon_overlay tests/unit/daemon_jobs \
	tests/unit/daemon_watchdog tests/unit/daemon_silence tests/unit/daemon_confine tests/unit/daemon_machine \
	tests/unit/base_syscalls tests/unit/daemon_roles tests/unit/daemon_trust \
	tests/unit/exec_run tests/unit/exec_command tests/unit/exec_track tests/unit/exec_notify tests/unit/exec_pools tests/unit/daemon_tracked \
	tests/unit/daemon_remembered tests/unit/daemon_handover tests/unit/daemon_changelog
check_PROGRAMS += $(core_tests)
TESTS += $(core_tests)
core_test_libs = core/ipc/libipc.a core/model/libmodel.a core/base/libbase.a
tests_unit_base_log_LDADD = core/base/libbase.a $(CMOCKA_LIBS)
tests_unit_test_base_LDADD = core/base/libbase.a $(CMOCKA_LIBS)
tests_unit_test_store_LDADD = core/model/libmodel.a core/base/libbase.a $(CMOCKA_LIBS)
tests_unit_test_link_LDADD = $(core_test_libs) $(EVENT_LIBS) $(CMOCKA_LIBS)
tests_unit_daemon_overlay_LDADD = core/daemon/libdaemon.a core/config/libconfig.a $(core_test_libs) $(MD_LIBS) $(CMOCKA_LIBS)
tests_unit_daemon_jobs_LDADD = core/daemon/libdaemon.a core/config/libconfig.a $(core_test_libs) \
	$(EVENT_LIBS) $(MD_LIBS) $(CMOCKA_LIBS)
tests_unit_daemon_watchdog_LDADD = core/daemon/libdaemon.a $(CMOCKA_LIBS)
tests_unit_daemon_silence_LDADD = core/daemon/libdaemon.a $(core_test_libs) $(CMOCKA_LIBS)
tests_unit_daemon_machine_LDADD = core/daemon/libdaemon.a core/base/libbase.a $(CMOCKA_LIBS)
tests_unit_daemon_remembered_LDADD = core/daemon/libdaemon.a $(core_test_libs) $(EVENT_LIBS) \
	$(MD_LIBS) $(CMOCKA_LIBS)
tests_unit_daemon_handover_LDADD = core/daemon/libdaemon.a $(core_test_libs) $(EVENT_LIBS) \
	$(MD_LIBS) $(CMOCKA_LIBS)
tests_unit_daemon_changelog_LDADD = core/daemon/libdaemon.a $(core_test_libs) $(EVENT_LIBS) \
	$(CMOCKA_LIBS)
tests_unit_daemon_tracked_LDADD = core/daemon/libdaemon.a $(core_test_libs) $(CMOCKA_LIBS)
tests_unit_daemon_confine_LDADD = core/daemon/libdaemon.a core/base/libbase.a $(CMOCKA_LIBS)
tests_unit_base_syscalls_LDADD = core/base/libbase.a $(SECCOMP_LIBS) $(CMOCKA_LIBS) -lpthread
tests_unit_daemon_roles_LDADD = core/daemon/libdaemon.a core/vrrp/libvrrp.a core/lvs/liblvs.a core/exec/libexec.a \
	core/config/libconfig.a core/nl/libnl.a $(core_test_libs) $(NL_LIBS) $(EVENT_LIBS) \
	$(MD_LIBS) $(SECCOMP_LIBS) $(CMOCKA_LIBS) -lpthread
exec_test_libs = core/exec/libexec.a $(core_test_libs) $(EVENT_LIBS) $(CMOCKA_LIBS)
tests_unit_exec_run_LDADD = $(exec_test_libs)
tests_unit_exec_command_LDADD = $(exec_test_libs)
tests_unit_exec_track_LDADD = $(exec_test_libs)
tests_unit_exec_notify_LDADD = $(exec_test_libs)
tests_unit_exec_pools_LDADD = $(exec_test_libs)
tests_unit_daemon_trust_SOURCES = tests/unit/daemon_trust.c tests/unit/liar.c tests/unit/liar.h
tests_unit_daemon_trust_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=schema_field
tests_unit_daemon_trust_LDADD = core/daemon/libdaemon.a core/config/libconfig.a $(core_test_libs) \
	$(EVENT_LIBS) $(MD_LIBS) $(CMOCKA_LIBS)
endif
check_PROGRAMS += tests/netns/agent_fuzzer
tests_netns_agent_fuzzer_SOURCES = tests/netns/agent_fuzzer.c tests/unit/liar.c tests/unit/liar.h
tests_netns_agent_fuzzer_LDADD = core/ipc/libipc.a core/model/libmodel.a core/base/libbase.a
EXTRA_DIST += tests/netns/test_logs.py tests/netns/test_guard.py tests/netns/test_lies.py tests/netns/test_truth.py
