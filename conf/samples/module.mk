samplesdir = $(docdir)/samples
dist_samples_DATA = conf/samples/halvard.conf conf/samples/tutorial.conf
