"""Calls in the kernel: user space stands still, nothing is lost, and every packet is counted once."""
import base64
import time

from counting import (
    SLOW,
    assert_all_counted,
    assert_each_once,
    in_user_space,
    packets,
    standing,
    totals,
    wait_for,
)
from lab.processes import wait_until
from lab.rtp_party import media_target
from runner import srtp

KEY = base64.b64encode(bytes(range(30))).decode()


def test_the_kernel_carries_a_call(node, call, call_id):
    call.talk()
    before = node.await_kernel(call_id)
    time.sleep(5)
    after = node.await_kernel(call_id)
    assert standing(after) == standing(before)
    for port, stream in after.items():
        assert packets(stream, "offload", "ingress") > packets(before[port], "offload", "ingress") + 50
    flags = [
        flag
        for tag in call.query()["tags"].values()
        for flag in tag["medias"][0]["streams"][0]["flags"]
    ]
    assert flags.count("kernelized") == 2 and "no kernel support" not in flags
    assert_all_counted(call)
    assert "Kernelizing media stream: 10.77.0.11:4000 -> 10.77.0.21:" in node.mediad.log()
    assert "(destroying monologue)" in node.mediad.log()


def test_a_re_invite_leaves_and_comes_back(node, call, call_id):
    call.talk()
    node.await_kernel(call_id)
    for _ in range(3):
        call.set_up()
        streams = node.await_kernel(call_id, entered=2)
    assert all(s["offload"]["removed"] == "dialogue signalling event" for s in streams.values())
    assert_all_counted(call)


def test_a_killed_worker_loses_no_packet_of_the_kernel(node, call, call_id):
    call.talk()
    # What the daemon had received itself is in the flows' marks, the rest in the kernel's counters.
    assert in_user_space(node.await_kernel(call_id)) > 0
    time.sleep(2)
    node.mediad.kill()
    sent = call.caller.sent
    time.sleep(2)
    assert call.caller.sent > sent
    wait_for(call.callee, 0xA1, sent)
    node.start_mediad()
    wait_until(lambda: node.streams(call_id), seconds=SLOW, what="the call on the new worker")
    node.await_kernel(call_id)
    call.pause()
    wait_for(call.callee, 0xA1, call.caller.sent)
    assert_each_once(call.callee, 0xA1, call.caller.sent)
    assert_each_once(call.caller, 0xB1, call.callee.sent)
    assert totals(call.delete()) == call.caller.sent + call.callee.sent


def secure_sdp(party):
    plain = party.sdp().replace("RTP/AVP", "RTP/SAVP")
    return plain + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:%s\r\n" % KEY


def test_srtp_becomes_rtp_in_the_kernel(node, peer, parties, call_id):
    """What waited in the sockets during the hand-over is counted before a stream says that it is in the kernel. From
    then on nothing comes up: not for its SSRC, which stays the same, nor for the sequence number that goes round, which
    the controller hears of and sends back to be remembered (decision 17)."""
    caller, callee = peer("uac", 4000), parties("uas", 5000, 0xB1)
    phone = srtp.context(KEY, "AES_CM_128_HMAC_SHA1_80")
    sdp = secure_sdp(callee).replace(callee.address, caller.address).replace("m=audio 5000", "m=audio 4000")
    offer = node.ng.ok("offer", call_id=call_id, from_tag="a", sdp=sdp, transport_protocol="RTP/AVP")
    answer = node.ng.ok("answer", call_id=call_id, from_tag="a", to_tag="b", sdp=callee.sdp())
    ours = answer["sdp"].split("inline:")[1].split()[0].split("|")[0]
    callee.talk_to(media_target(offer["sdp"]))
    target = media_target(answer["sdp"])
    from lab.peer import rtp

    sent = 0

    def send(count):
        nonlocal sent
        for _ in range(count):
            # The sequence number goes round on the way: the roll-over counter is handed over.
            sequence = 65500 + sent
            caller.send(target, phone.protect(rtp(0xA1, sequence), roc=sequence >> 16))
            sent += 1
            time.sleep(0.02)

    send(5)
    wait_until(lambda: (send(1), node.await_kernel(call_id))[1], seconds=SLOW, what="both in the kernel")
    before = node.await_kernel(call_id)
    send(40)
    assert sent > 65536 - 65500, "the number went round"
    after = node.await_kernel(call_id)
    for stream in after.values():
        assert (stream["offload"]["times"], stream["offload"].get("removed", "")) == (1, "")
    assert standing(after) == standing(before)
    callee.pause()
    wait_for(callee, 0xA1, sent)
    expected = [(65500 + i) & 0xFFFF for i in range(sent)]
    assert sorted(callee.numbers_from(0xA1)) == sorted(expected)
    wait_until(lambda: len(caller.received) >= callee.sent, seconds=SLOW, what="all of the callee's packets")
    reader = srtp.context(ours, "AES_CM_128_HMAC_SHA1_80")
    packets_read = [reader.unprotect(data)[0] for data in caller.received]
    numbers = sorted(int.from_bytes(packet[2:4], "big") for packet in packets_read)
    assert numbers == list(range(callee.sent))
    reply = node.ng.ok("delete", call_id=call_id, from_tag="a", to_tag="b")
    assert totals(reply) == sent + callee.sent
