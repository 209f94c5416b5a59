"""The lab as a python package: what the netns and the guest tests share.

  space     network namespaces, processes and polling inside them
  watch     who owns an address and what IPVS holds, watched continuously
  topology  the tutorial's cluster: client, two directors, two real servers
  daemons   halvard, keepalived, snmpd and nginx in a namespace
  tap       the pytest plugin that speaks TAP to automake

All of it expects to run inside tests/lab/run, where a mistake hurts nobody.
"""
