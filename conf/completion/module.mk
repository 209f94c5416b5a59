bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
dist_zshcompletion_DATA = conf/completion/_halvardctl
bashcompletion_DATA = conf/completion/halvardctl
EXTRA_DIST += conf/completion/halvardctl.bash
CLEANFILES += conf/completion/halvardctl

# bash looks for a file by the name of the command.
conf/completion/halvardctl: conf/completion/halvardctl.bash
	$(AM_V_GEN)$(MKDIR_P) conf/completion && cp $(srcdir)/conf/completion/halvardctl.bash $@
