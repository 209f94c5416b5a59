# A program of its own, so that nothing else is linked to libcurl.
if MAIL
sbin_PROGRAMS += halvard-mail
dist_man_MANS += docs/man/halvard-mail.8
halvard_mail_SOURCES = core/mail/main.c
halvard_mail_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)
halvard_mail_LDADD = $(CURL_LIBS)
endif
EXTRA_DIST += core/mail/main.c
