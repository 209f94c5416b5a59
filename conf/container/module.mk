EXTRA_DIST += conf/container/Containerfile
