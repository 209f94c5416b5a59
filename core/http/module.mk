if HTTP
module_PROGRAMS += check_http.so
check_http_so_SOURCES = core/http/check_http.c core/http/curl_loop.c core/http/curl_loop.h \
	core/http/http_request.c core/http/http_request.h
check_http_so_CFLAGS = $(AM_CFLAGS) -fPIC $(HTTP_CFLAGS)
check_http_so_LDFLAGS = $(AM_LDFLAGS) -shared
check_http_so_LDADD = $(HTTP_LIBS) $(MD_LIBS)
endif
