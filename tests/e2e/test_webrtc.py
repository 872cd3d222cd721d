"""WebRTC with Debian's Chromium: its ICE, DTLS-SRTP, BUNDLE, DTMF and trickling, against plain RTP
and against itself. The browser's host reaches the media host only: what arrives was relayed."""
import os
import time

import pytest

from lab import checks, npm
from lab.browser import Browser, WebParty
from lab.processes import wait_until
from lab.rtp_party import media_target
from lab.web_call import TO_PLAIN, TO_WEB, WebCall, lines, without

pytestmark = pytest.mark.rebuilt

PLAYWRIGHT = "playwright-core@1.65.1"
PCMU = {"audio": ["PCMU", "telephone-event"]}
AUDIO_AND_VIDEO = {"audio": ["opus"], "video": ["VP8"]}
LISTEN_SECONDS = 1.0

@pytest.fixture(scope="session")
def playwright(build):
    """Directory with the npm package; it is made below the build, and kept there."""
    return npm.install(os.path.join(os.path.dirname(build.directory), "npm-browser"), PLAYWRIGHT)


@pytest.fixture(scope="module")
def browser(network, playwright, tmp_path_factory):
    network.confine("web", "m1")
    log = str(tmp_path_factory.mktemp("browser") / "browser.log")
    one = Browser(network, "web", playwright, log)
    yield one
    one.close()


@pytest.fixture
def web(browser):
    """Makes WebRTC parties: web(name, codecs)."""
    made = []

    def make(name, codecs):
        made.append(WebParty(browser, name, codecs))
        return made[-1]

    yield make
    for party in made:
        party.close()


@pytest.fixture
def plain(parties):
    return parties("uas", 5000, 0xB1)


@pytest.fixture
def rtpengine_call(node, call_id):
    return WebCall(node.ng, call_id)


def both_hear(web_party, plain_party, node, relay=None):
    """Audio in both directions from now on, as both ends see it."""
    checks.web_becomes_connected(web_party, *(relay or [node.address]))
    checks.web_hears(web_party, "audio", LISTEN_SECONDS)
    since = time.monotonic()
    time.sleep(LISTEN_SECONDS)
    checks.speech_in_pcmu(plain_party.packets, since, LISTEN_SECONDS)


@pytest.mark.parametrize("ours,of_browser", [("active", "server"), ("passive", "client")])
def test_browser_calls_a_phone(node, web, plain, rtpengine_call, ours, of_browser):
    alice = web("alice", PCMU)
    rtpengine_call.web_to_plain(alice, plain, DTLS=["off", ours])
    assert "RTP/AVP " in rtpengine_call.towards_plain
    for secure in ("ice-ufrag", "candidate", "fingerprint", "setup", "crypto", "rtcp-mux"):
        assert "a=" + secure not in rtpengine_call.towards_plain
    both_hear(alice, plain, node)
    assert alice.stats().dtls_roles() == {of_browser}


@pytest.mark.parametrize("bundle", ["accept", "reject"])
def test_browser_calls_a_phone_in_a_bundle(node, web, plain, rtpengine_call, bundle):
    alice = web("alice", PCMU)
    rtpengine_call.web_to_plain(alice, plain, bundle=[bundle])
    both_hear(alice, plain, node)


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param(TO_WEB, id="keys"),
        pytest.param({"flags": ["WebRTC"]}, id="flag"),
    ],
)
def test_a_phone_calls_the_browser(node, web, plain, rtpengine_call, keys):
    bob = web("bob", PCMU)
    rtpengine_call.plain_to_web(plain, bob, keys)
    both_hear(bob, plain, node)


@pytest.mark.parametrize("host, families", [("web6", ["ipv6"]), ("web46", ["ipv4", "ipv6"])])
def test_a_browser_with_ipv6(
    node, network, playwright, plain, rtpengine_call, tmp_path, host, families
):
    """Alone and beside IPv4, with a phone that has IPv4: the relay is between the families."""
    network.confine(host, "m1", families)
    browser = Browser(network, host, playwright, str(tmp_path / "browser.log"))
    try:
        alice = WebParty(browser, "alice", PCMU)
        offered = alice.create_offer()
        towards_plain = rtpengine_call.offer(offered, TO_PLAIN, address_family="IP4")
        answered = rtpengine_call.answer(plain.sdp(), TO_WEB)
        for sdp, of in ((offered, host), (answered, "m1")):
            told = {candidate.split(" ")[4] for candidate in lines(sdp, "candidate")}
            assert told >= {getattr(network, family)(of) for family in families}, told
        alice.set_remote("answer", answered)
        plain.talk_to(media_target(towards_plain))
        both_hear(alice, plain, node, [getattr(network, family)("m1") for family in families])
    finally:
        browser.close()


def test_two_browsers(node, web, rtpengine_call):
    alice, bob = web("alice", PCMU), web("bob", PCMU)
    rtpengine_call.web_to_web(alice, bob)
    for party in (alice, bob):
        checks.web_becomes_connected(party, node.address)
        checks.web_hears(party, "audio", LISTEN_SECONDS)


@pytest.mark.parametrize(
    "bundle,of_caller,of_callee",
    [(["reject"], 2, 2), (["accept"], 1, 2), (["require"], 2, 1), (["accept", "require"], 1, 1)],
)
def test_audio_and_video(node, web, rtpengine_call, bundle, of_caller, of_callee):
    """Two browsers; each side's sections share a transport or do not, as the flags want it."""
    alice, bob = web("alice", AUDIO_AND_VIDEO), web("bob", AUDIO_AND_VIDEO)
    rtpengine_call.web_to_web(alice, bob, bundle=bundle)
    for party, transports in ((alice, of_caller), (bob, of_callee)):
        checks.web_becomes_connected(party, node.address)
        checks.web_hears(party, "audio", LISTEN_SECONDS)
        checks.web_sees(party, frames=5)
        assert len(party.stats().transports()) == transports


def test_dtmf_of_the_browser(node, web, plain, rtpengine_call):
    alice = web("alice", PCMU)
    rtpengine_call.web_to_plain(alice, plain, telephone_event=126)
    assert "126 telephone-event/8000" in lines(rtpengine_call.towards_plain, "rtpmap")
    checks.web_becomes_connected(alice, node.address)
    alice.dtmf("159#")
    wait_until(lambda: len(checks.dtmf_events(plain.packets, 126)) >= 4, 10, "four digits")
    assert checks.dtmf_events(plain.packets, 126) == [1, 5, 9, 11]


def test_candidates_of_the_browser_come_later(node, web, plain, rtpengine_call):
    """And ours never: so the browser cannot check us, we have to check what was trickled."""
    alice = web("alice", PCMU)
    offered = alice.create_offer(trickle=True)
    assert not lines(offered, "candidate")
    towards_plain = rtpengine_call.offer(offered, TO_PLAIN)
    answer = rtpengine_call.answer(plain.sdp(), TO_WEB)
    assert lines(answer, "candidate")
    alice.set_remote("answer", without(without(answer, "candidate"), "end-of-candidates"))
    plain.talk_to(media_target(towards_plain))
    found = wait_until(lambda: None in alice.candidates() and alice.candidates(), 10, "candidates")
    time.sleep(1)
    assert alice.stats().ice not in ("connected", "completed")
    rtpengine_call.fragment("a", offered, found)
    both_hear(alice, plain, node)


def test_our_candidates_come_later(node, web, plain, rtpengine_call):
    alice = web("alice", PCMU)
    offered = alice.create_offer(trickle=True)
    towards_plain = rtpengine_call.offer(offered, TO_PLAIN)
    answer = rtpengine_call.answer(plain.sdp(), TO_WEB)
    alice.set_remote("answer", without(without(answer, "candidate"), "end-of-candidates"))
    plain.talk_to(media_target(towards_plain))
    for candidate in lines(answer, "candidate"):
        alice.add_ice_candidate({"candidate": "candidate:" + candidate, "sdpMLineIndex": 0})
    both_hear(alice, plain, node)


def test_ice_restart_in_mid_call(node, web, plain, rtpengine_call):
    alice = web("alice", PCMU)
    offered = alice.create_offer()
    towards_plain = rtpengine_call.offer(offered, TO_PLAIN)
    answered = rtpengine_call.answer(plain.sdp(), TO_WEB)
    alice.set_remote("answer", answered)
    plain.talk_to(media_target(towards_plain))
    both_hear(alice, plain, node)

    began, heard = time.monotonic(), alice.stats().inbound("audio", "packetsReceived")
    again = alice.create_offer(ice_restart=True)
    assert lines(again, "ice-ufrag") != lines(offered, "ice-ufrag")
    towards_plain_again = rtpengine_call.reoffer(again, TO_PLAIN)
    assert media_target(towards_plain_again) == media_target(towards_plain)
    answered_again = rtpengine_call.answer(plain.sdp(), TO_WEB)
    assert lines(answered_again, "ice-ufrag") != lines(answered, "ice-ufrag")
    assert lines(answered_again, "fingerprint") == lines(answered, "fingerprint")
    alice.set_remote("answer", answered_again)
    wait_until(
        lambda: alice.stats().local_fragments() == {lines(again, "ice-ufrag")[0]},
        10,
        "a pair of the new credentials",
    )
    both_hear(alice, plain, node)
    took = time.monotonic() - began
    assert checks.longest_gap(plain.packets, began) < 1.0
    more = alice.stats().inbound("audio", "packetsReceived") - heard
    assert more >= 50 * (took - 1.0), "%d packets in %.1f s" % (more, took)


def test_the_phone_holds_and_resumes(node, web, plain, rtpengine_call):
    """Offers in the other direction, with the ICE and DTLS of before."""
    alice = web("alice", PCMU)
    rtpengine_call.web_to_plain(alice, plain)
    both_hear(alice, plain, node)
    ufrag = alice.stats().local_fragments()
    for attribute in ("sendonly", "sendrecv"):
        offer = rtpengine_call.callee_reoffers(plain.sdp(attribute), TO_WEB)
        assert "\r\na=%s\r\n" % attribute in offer
        alice.set_remote("offer", offer)
        answer = rtpengine_call.caller_answers(alice.create_answer(), TO_PLAIN)
        assert media_target(answer) == media_target(rtpengine_call.towards_plain)
        checks.web_hears(alice, "audio", LISTEN_SECONDS)
        if attribute == "sendonly":
            with pytest.raises(AssertionError):
                checks.speech_in_pcmu(
                    plain.packets, time.monotonic() - LISTEN_SECONDS / 2, LISTEN_SECONDS / 2
                )
    both_hear(alice, plain, node)
    assert alice.stats().local_fragments() == ufrag


def test_video_is_added_to_a_bundle(node, web, rtpengine_call):
    opus = {"audio": AUDIO_AND_VIDEO["audio"]}
    alice, bob = web("alice", opus), web("bob", opus)
    bundle = ["accept", "require"]
    rtpengine_call.web_to_web(alice, bob, bundle=bundle)
    for party in (alice, bob):
        checks.web_becomes_connected(party, node.address)
    offered = alice.create_offer(codecs=AUDIO_AND_VIDEO)
    bob.set_remote("offer", rtpengine_call.reoffer(offered, TO_WEB, bundle=bundle))
    answered = bob.create_answer(codecs=AUDIO_AND_VIDEO)
    alice.set_remote("answer", rtpengine_call.answer(answered, TO_WEB, bundle=bundle))
    for party in (alice, bob):
        checks.web_hears(party, "audio", LISTEN_SECONDS)
        checks.web_sees(party, frames=5)
        assert len(party.stats().transports()) == 1


def test_wrong_fingerprint_control(node, web, plain, rtpengine_call):
    def other_fingerprint(sdp):
        genuine = lines(sdp, "fingerprint")[0]
        digit = "1" if genuine[-1] == "0" else "0"
        return sdp.replace(genuine, genuine[:-1] + digit)

    alice = web("alice", PCMU)
    rtpengine_call.web_to_plain(alice, plain, change=other_fingerprint)
    wait_until(lambda: alice.stats().connection == "failed", 20, "the browser's refusal")
    with pytest.raises(AssertionError):
        checks.web_becomes_connected(alice, node.address, seconds=1)
    with pytest.raises(AssertionError):
        checks.web_hears(alice, "audio", LISTEN_SECONDS)
    with pytest.raises(AssertionError):
        checks.speech_in_pcmu(plain.packets, time.monotonic() - LISTEN_SECONDS, LISTEN_SECONDS)


def test_broken_relay_control(node, network, web, plain, rtpengine_call):
    alice = web("alice", PCMU)
    rtpengine_call.web_to_plain(alice, plain)
    both_hear(alice, plain, node)
    network.break_relay("m1")
    time.sleep(0.3)
    with pytest.raises(AssertionError):
        checks.web_hears(alice, "audio", LISTEN_SECONDS)
    with pytest.raises(AssertionError):
        checks.speech_in_pcmu(plain.packets, time.monotonic() - LISTEN_SECONDS, LISTEN_SECONDS)
