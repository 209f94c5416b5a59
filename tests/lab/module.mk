# The lab, and the suites that run in it: one entry each for the whole of tests/netns (on
# this kernel) and of tests/guest (where IPVS exists). And the packages, in a root of their own.
LAB_TESTS = tests/runner.test tests/netns.test tests/guest.test tests/package.test
TESTS += $(LAB_TESTS)
# Automake has variables of its own for tests named *.test.
TEST_LOG_DRIVER = $(LOG_DRIVER)
TEST_LOG_COMPILER = $(LOG_COMPILER)
EXTRA_DIST += $(LAB_TESTS) tests/pytest-tap tests/conftest.py \
	tests/lab/__init__.py tests/lab/daemons.py tests/lab/journal.py tests/lab/guest-init tests/lab/inside \
	tests/lab/demo tests/lab/frr.py tests/lab/links.py tests/lab/mib.py tests/lab/middle.py tests/lab/pdu.py tests/lab/race.py tests/lab/racers.py tests/lab/run tests/lab/scale.py tests/lab/snmp.py tests/lab/space.py tests/lab/steer.py tests/lab/strace.py tests/lab/systemd.py tests/lab/tap.py tests/lab/topology.py \
	tests/lab/tutorial.conf tests/lab/uml-xstate.c tests/lab/watch.py \
	tests/guest/conftest.py tests/guest/test_chaos.py tests/guest/test_crash.py tests/guest/test_remembered.py \
	tests/guest/test_drain.py tests/guest/test_handover.py tests/guest/test_systemd.py tests/guest/test_lab.py tests/guest/test_namespace.py tests/guest/test_notify.py \
	tests/guest/test_bad_file.py tests/guest/test_power_cut.py tests/guest/test_race_lvs.py tests/guest/test_scale.py tests/guest/test_tutorial.py tests/guest/test_vrrp_clock.py tests/guest/test_weight.py \
	tests/netns/test_confirm.py tests/netns/test_conflicts.py tests/netns/test_daemon.py tests/netns/test_handover.py tests/netns/test_interop.py tests/netns/test_lab.py tests/netns/test_migration.py tests/netns/test_overlay_faults.py tests/netns/test_race.py tests/netns/test_scale.py
EXTRA_DIST += tests/package/bare.py tests/package/test_package.py
