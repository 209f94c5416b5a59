snmpdexampledir = $(docdir)/snmpd
dist_snmpdexample_DATA = conf/snmpd/halvard.conf
EXTRA_DIST += docs/SNMP.md
