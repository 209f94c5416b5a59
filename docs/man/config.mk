dist_man_MANS += docs/man/halvard.conf.5
