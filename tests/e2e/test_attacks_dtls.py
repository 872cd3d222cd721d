"""An attacker against legs whose keys come from DTLS, with ICE and without. The party's DTLS is
OpenSSL's s_client: what it and we agree on decrypts a packet each way. Other legs: test_attacks.py.
"""
import base64
import struct

import pytest

from lab.dtls_call import DtlsCall, attribute
from lab.dtls_client import SUITE
from lab.peer import rtp, settle
from lab.processes import wait_until
from runner import srtp

pytestmark = pytest.mark.rebuilt


def response_to(peer, transaction):
    """-> class of the response, code of the error"""
    found = wait_until(
        lambda: [message for message in peer.stun if message["txid"] == transaction],
        5,
        "STUN response",
    )[0]
    return found["class"], dict(found["attrs"]).get("ERROR-CODE", [None])[0]


GARBAGE = [bytes([first]) * 60 for first in (4, 19, 20, 22, 63, 64, 127, 128, 200, 255)]


def injected(ssrc, count=5):
    return [rtp(ssrc, 100 + i, b"injected %d" % i) for i in range(count)]


def test_a_stranger_who_greets_first_stops_nobody(
    node, peer, attacker, identity, handshake, call_id
):
    """DTLS without ICE: anybody may send a ClientHello. The certificate decides who was meant."""
    bob, mallory = identity("bob"), identity("mallory")
    call = DtlsCall(node, peer("uac", 4000), peer("uas", 5000), call_id, bob.fingerprint).answer()
    stranger = handshake(attacker, call.callee_port, mallory)
    # He gets our certificate; his own is seen only then, and that is the end of it.
    call.await_mismatch()
    attacker.send(call.callee_port, *injected(call.SSRC), *GARBAGE)
    settle()
    assert not call.caller.received and stranger.has_seen_certificate()
    # The party itself, at the same port, afterwards.
    client = handshake(call.callee, call.callee_port, bob).await_handshake()
    assert client.server_fingerprint() == attribute(call.offer, "fingerprint").split(" ")[1]
    call.talks(client)
    # Neither he nor a second greeting disturbs it; nor do keys of his own.
    forger = srtp.context(base64.b64encode(bytes(30)).decode(), SUITE)
    attacker.send(call.callee_port, *injected(call.SSRC), *GARBAGE)
    attacker.send(call.callee_port, *map(forger.protect, injected(call.SSRC)))
    second = handshake(peer("mallory"), call.callee_port, mallory)
    settle()
    call.talks(client)
    assert len(call.caller.received) == 2 and not attacker.received
    drops = call.drops()
    no_key = sum(count for text, (count, _) in drops.items() if text.startswith("no key is known"))
    forgeries = sum(count for text, (count, _) in drops.items() if "does not authenticate" in text)
    assert no_key >= 5 and forgeries >= 10, drops
    assert not stranger.established() and not second.established()


def test_a_certificate_that_was_not_signalled_gets_no_media(
    node, peer, identity, handshake, call_id
):
    """The party at its own address, with another certificate than its SDP says; then with that."""
    bob, other = identity("bob"), identity("other")
    call = DtlsCall(node, peer("uac", 4000), peer("uas", 5000), call_id, bob.fingerprint).answer()
    client = handshake(call.callee, call.callee_port, other)
    call.await_mismatch()
    call.callee.send(call.callee_port, *injected(call.SSRC))
    settle()
    assert not call.caller.received and not client.established()
    client.close()
    call.talks(handshake(call.callee, call.callee_port, bob).await_handshake())


def record(kind, epoch, body):
    return struct.pack(">BHHHIH", kind, 0xFEFD, epoch, 0, 77, len(body)) + body


# A fatal alert, a closing one, and both as if they were encrypted; application data.
FORGED_RECORDS = [record(21, epoch, alert) for epoch in (0, 1) for alert in (b"\2\50", b"\1\0")]
FORGED_RECORDS.append(record(23, 1, bytes(40)))


def test_forged_records_end_nothing(node, peer, attacker, identity, handshake, call_id):
    """With the party's own address, and its own ClientHello, before and after the handshake."""
    bob = identity("bob")
    callee = peer("uas", 5000)
    call = DtlsCall(node, peer("uac", 4000), callee, call_id, bob.fingerprint).answer()
    party = (callee.address, callee.port)
    attacker.send_as(party, call.callee_port, *FORGED_RECORDS)
    client = handshake(callee, call.callee_port, bob).await_handshake()
    call.talks(client)
    attacker.send_as(party, call.callee_port, *FORGED_RECORDS, *client.sent[:2], *GARBAGE)
    attacker.send_as(party, call.callee_port, *injected(call.SSRC))
    settle()
    call.talks(client)
    assert client.runs() and len(call.caller.received) == 2


def test_only_checked_addresses_get_through_ice(
    node, peer, attacker, identity, handshake, call_id
):
    bob, mallory = identity("bob"), identity("mallory")
    caller, callee = peer("uac", 4000), peer("uas", 5000)
    call = DtlsCall(node, caller, callee, call_id, bob.fingerprint, ice=True)
    refused = call.check(attacker, integrity="bad")
    assert response_to(attacker, refused) == ("error", 401)
    call.answer()

    def attack():
        for keys in ({"integrity": "bad"}, {"password": "guessed0guessed0guessed0"}):
            assert response_to(attacker, call.check(attacker, **keys)) == ("error", 401)
        attacker.send(call.callee_port, *injected(call.SSRC), *GARBAGE)
        settle()

    attack()
    # His greeting is not even answered; nor is that of the callee before ICE has found it.
    greeting = handshake(attacker, call.callee_port, mallory)
    wait_until(lambda: "DTLS from an address that ICE has not checked" in call.drops(), 5, "drop")
    assert not call.caller.received
    # The callee's ICE, DTLS and media.
    call.answer_checks()
    assert response_to(callee, call.check(callee)) == ("success", None)
    client = handshake(callee, call.callee_port, bob).await_handshake()
    call.talks(client)
    attack()
    # What he has recorded of the callee is of no use from his address.
    written_by_client, _ = client.keys()
    recorded = srtp.context(written_by_client, SUITE).protect(rtp(call.SSRC, 50, b"recorded"))
    attacker.send(call.callee_port, recorded)
    settle()
    call.talks(client)
    assert len(caller.received) == 2 and not attacker.received
    drops = call.drops()
    his = "%s:%d" % (attacker.address, attacker.port)
    count, source = drops["from an address that ICE has not checked"]
    assert count >= 2 * 5 + 1 and source == his, drops
    refusals = [value for text, value in drops.items() if text.startswith("STUN answered")]
    assert refusals == [(5, his)], drops
    assert not greeting.has_seen_certificate()
    # The control: the recorded packet passes from where it belongs.
    callee.send(call.callee_port, recorded)
    caller.expect(rtp(call.SSRC, 50, b"recorded"))
