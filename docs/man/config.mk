dist_man_MANS += docs/man/halvard.conf.5
dist_doc_DATA = docs/keywords.md
