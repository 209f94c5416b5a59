if DNS
module_PROGRAMS += check_dns.so
check_dns_so_SOURCES = core/dns/check_dns.c core/dns/dns.c core/dns/dns.h
check_dns_so_CFLAGS = $(AM_CFLAGS) -fPIC $(CARES_CFLAGS)
check_dns_so_LDFLAGS = $(AM_LDFLAGS) -shared
check_dns_so_LDADD = $(CARES_LIBS)
endif
