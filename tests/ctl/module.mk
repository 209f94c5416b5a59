check_PROGRAMS += tests/ctl/fake_main
tests_ctl_fake_main_SOURCES = tests/ctl/fake_main.c
tests_ctl_fake_main_LDADD = core/ipc/libipc.a core/model/libmodel.a core/base/libbase.a \
	$(EVENT_LIBS)
TESTS += tests/ctl/halvardctl.py tests/ctl/halvard.py tests/ctl/completion.py
if SYSTEMD
TESTS += tests/ctl/systemd.py
endif
EXTRA_DIST += tests/ctl/halvardctl.py tests/ctl/halvard.py tests/ctl/completion.py
EXTRA_DIST += tests/ctl/systemd.py tests/ctl/golden tests/guest/test_halvardctl.py
