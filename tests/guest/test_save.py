"""halvardctl save and halConfigSave: what was set at run time goes into the file, where it is one word behind its
keyword; comments and layout stay; the rest stays beside it."""
import os
import stat

from lab.daemons import fill_disk
from lab.steer import object_name
from lab.space import wait_for
from lab.topology import SERVICE
from test_row_status import CREATE_AND_GO, THIRD, overlay, rs


def config_of(steered):
    with open(steered.halvard.config, encoding="utf-8") as f:
        return f.read()


def exported(steered):
    """What is in force, without what counts changes."""
    return [line for line in steered.halvard.ctl("export").stdout.splitlines()
            if "digest" not in line and "generation" not in line]


def changed(steered):
    steered.snmp.set_ok('halVrrpBasePriority."VI_1"', "u", "77", 'halVrrpAdverInterval."VI_1"', "u", "300",
                        object_name("halRsWeight"), "u", "300", 'halVsScheduler."%s"' % SERVICE, "s", "wrr")


def with_values(text):
    """The tutorial's file with those values, by hand."""
    text = text.replace("priority 90 ", "priority 77 ").replace("advert_int 1 ", "advert_int 3 ")
    text = text.replace("lb_algo rr\n", "lb_algo wrr\n")
    return text.replace("weight 1\n", "weight 300\n", 1)


def test_only_the_values_change(steered):
    steered.start()
    steered.wait_healthy()
    os.chmod(steered.halvard.config, 0o640)
    before = config_of(steered)
    changed(steered)
    force = exported(steered)
    out = steered.halvard.ctl("save").stdout
    assert "4 of 4 lines are in" in out
    assert config_of(steered) == with_values(before) != before
    assert stat.S_IMODE(os.stat(steered.halvard.config).st_mode) == 0o640
    assert overlay(steered) == [] and exported(steered) == force
    # the file by itself comes to what runs: a reload changes nothing, and a start without the overlay neither
    assert "0 rows changed" in steered.halvard.ctl("reload").stdout
    steered.halvard.kill_all()
    steered.halvard.start()
    steered.wait_service()
    assert exported(steered) == force
    again = steered.halvard.ctl("save", check=False)
    assert again.returncode == 1 and config_of(steered) == with_values(before)
    assert "saved" in steered.halvard.ctl("log").stdout
    assert not [n for n in os.listdir(os.path.dirname(steered.halvard.config)) if n.endswith(".new")]


def test_what_cannot_be_said_stays(steered):
    """A note, a row that came, a word that the file lacks, a value of a variable, one that counts twice."""
    steered.start()
    steered.wait_healthy()
    text = steered.config.replace("priority 90", "priority $PRIO").replace("global_defs {", "$PRIO=90\nglobal_defs {", 1)
    text = text.replace("quorum", "quorum").replace("protocol TCP\n", "protocol TCP\nweight 4\n", 1)
    text = text.replace("real_server 192.168.1.12 80 {\nweight 1\n", "real_server 192.168.1.12 80 {\n")
    text = text.replace("real_server 192.168.1.11 80 {\nweight 1\n", "real_server 192.168.1.11 80 {\n")
    steered.reload(text)
    steered.snmp.set_ok('halVrrpBasePriority."VI_1"', "u", "77", object_name("halRsWeight"), "u", "9",
                        object_name("halRsAdminReason"), "s", "why", 'halVsQuorum."%s"' % SERVICE, "u", "2",
                        'halVsScheduler."%s"' % SERVICE, "s", "wrr")
    steered.snmp.set_ok(rs("halRsRowStatus", THIRD), "i", CREATE_AND_GO)
    force = exported(steered)
    out = steered.halvard.ctl("save").stdout
    assert "1 of 6 lines are in" in out and "stay beside it" in out
    assert config_of(steered) == text.replace("lb_algo rr\n", "lb_algo wrr\n")
    assert len(overlay(steered)) == 5 and exported(steered) == force
    log = steered.halvard.log_text()
    for why in ("it comes of a variable or a loop", "no word of the file says it", "the file does not say it",
                "the same word says more than this", "rows come and go beside the file"):
        assert "stays beside the file (%s)" % why in log, why
    again = steered.snmp.set("halConfigSave.0", "i", "2")
    assert again == "inconsistentValue" and len(overlay(steered)) == 5


def test_by_snmp_and_not_over_a_change(steered):
    steered.start()
    steered.wait_healthy()
    before = config_of(steered)
    changed(steered)
    # somebody edits the file meanwhile
    steered.halvard.configure(before + "\n# mine\nvrrp_script x {\n script /bin/true\n}\n" +
                              before.split("vrrp_instance VI_1")[0].split("global_defs")[0])
    steered.halvard.configure(before.replace("delay_loop 1", "delay_loop 3"))
    assert steered.snmp.set("halConfigSave.0", "i", "2") == "inconsistentValue"
    assert "reload first" in steered.halvard.ctl("save", check=False).stdout
    assert len(overlay(steered)) == 4 and config_of(steered) == before.replace("delay_loop 1", "delay_loop 3")
    steered.halvard.configure(before)
    assert steered.snmp.set("halConfigSave.0", "i", "2", 'halVrrpBasePriority."VI_1"', "u", "78") == "inconsistentValue"
    steered.snmp.set_ok("halConfigSave.0", "i", "2")
    assert steered.snmp.get("halConfigSave.0") in ("idle", "1")
    assert config_of(steered) == with_values(before) and overlay(steered) == []


def test_a_full_disk_and_a_file_of_others(steered, small_state):
    """Where the overlay cannot be written the file is as it was."""
    steered.start(state_dir=small_state)
    steered.wait_healthy()
    before = config_of(steered)
    changed(steered)
    filler = fill_disk(small_state)
    assert steered.snmp.set("halConfigSave.0", "i", "2") == "commitFailed"
    assert config_of(steered) == before and len(overlay(steered)) == 4
    os.unlink(filler)
    os.chown(steered.halvard.config, 1234, -1)
    refused = steered.halvard.ctl("save", check=False)
    assert refused.returncode == 1 and "belongs to another user" in refused.stdout and config_of(steered) == before
    os.chown(steered.halvard.config, 0, -1)
    steered.halvard.ctl("save")
    assert config_of(steered) == with_values(before)
    wait_for(lambda: steered.kernel_weight() == 300, 5, "in force all the while")
