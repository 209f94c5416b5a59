check_PROGRAMS += tests/sim/vrrp_sim
TESTS += tests/sim/vrrp_sim
tests_sim_vrrp_sim_SOURCES = tests/sim/vrrp_sim.c
tests_sim_vrrp_sim_LDADD = core/vrrp/libvrrp.a core/model/libmodel.a core/base/libbase.a $(EVENT_LIBS)
