"""What the documents tell somebody to do can be done: links, sections, commands of rtpctl, keys of the configuration,
files of the packages; and both languages of an installation guide have the same commands."""
import glob
import os
import re
import subprocess

import pytest

from conftest import BUILD, ROOT

DOCUMENTS = sorted(
    os.path.relpath(path, ROOT)
    for pattern in ("*.md", "docs/**/*.md")
    for path in glob.glob(os.path.join(ROOT, pattern), recursive=True)
)
GUIDES = ("docs/install-debian12.md", "docs/install-almalinux9.md", "docs/install-almalinux9.es.md")
_BLOCK = re.compile(r"(?ms)^```(\w*)\n(.*?)^```$")
_WORDS = re.compile(r"rtpctl((?: --[a-z-]+| [a-z][a-z-]*)+)")


def read(path):
    with open(os.path.join(ROOT, path)) as handle:
        return handle.read()


def sections(path):
    """-> the anchors of a document's headings"""
    found = set()
    for heading in re.findall(r"(?m)^#+ (.*)$", _BLOCK.sub("", read(path))):
        plain = re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading.strip().lower()))
        found.add(plain.replace(" ", "-"))
    return found


def broken_links(path, text):
    out = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        name, _, anchor = link.partition("#")
        if re.match(r"https?:", link):
            continue
        target = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
        if not os.path.exists(os.path.join(ROOT, target)):
            out.append(link)
        elif anchor and target.endswith(".md") and anchor not in sections(target):
            out.append(link)
    return out


@pytest.mark.parametrize("path", DOCUMENTS)
def test_links_lead_somewhere(path):
    assert broken_links(path, read(path)) == []


def test_a_broken_link_is_seen_control():
    text = "[a](troubleshooting.md#clock) [b](troubleshooting.md#no-such) [c](nothing.md) [d](#no)"
    links = ["troubleshooting.md#no-such", "nothing.md", "#no"]
    assert broken_links("docs/operations.md", text) == links


def help_of(program, words=(), cache={}):
    """-> what it prints for --help, None for a sub-command that it does not have"""
    key = (program, *words)
    if key not in cache:
        command = [os.path.join(BUILD, "bin", program), *words, "--help"]
        done = subprocess.run(command, capture_output=True, text=True)
        cache[key] = done.stdout if done.returncode == 0 else None
    return cache[key]


def sub_commands(text):
    listed = text.partition("Subcommands:\n")[2].partition("\n\n")[0]
    return set(re.findall(r"(?m)^ {2}([a-z][a-z-]*) ", listed))


def strange_words(text):
    """-> words behind rtpctl that are no sub-command or option of it"""
    out = []
    for found in _WORDS.findall(text):
        path, options = (), []
        for word in found.split():
            if word.startswith("--"):
                options.append(word)
            elif not options and sub_commands(help_of("rtpctl", path)):
                if word not in sub_commands(help_of("rtpctl", path)):
                    out.append("rtpctl" + found)
                    break
                path += (word,)
        known = help_of("rtpctl", path) + help_of("rtpctl")
        if any(not re.search(re.escape(option) + r"\b", known) for option in options):
            out.append("rtpctl" + found)
    return out


def commands_in(text):
    """Code, without comments: blocks, indented lines, and what stands between back quotes."""
    blocks = [body for language, body in _BLOCK.findall(text) if language in ("", "sh")]
    rest = _BLOCK.sub("", text)
    blocks += re.findall(r"(?m)^ {4}(\S.*)$", rest) + re.findall(r"`([^`]+)`", rest)
    lines = (line for block in blocks for line in block.split("\n"))
    # In prose tables a command is followed by its explanation, three blanks away.
    return "\n".join(re.split(r"\s#|   ", line.strip())[0] for line in lines)


@pytest.mark.parametrize("path", [path for path in DOCUMENTS if "/decisions/" not in path])
def test_rtpctl_has_the_commands(path):
    assert strange_words(commands_in(read(path))) == []


def test_a_command_that_is_not_there_is_seen_control():
    text = "`rtpctl calls list`\n\n    rtpctl calls lost\n\n```sh\nrtpctl doctor --mend   # x\n```\n"
    assert strange_words(commands_in(text)) == ["rtpctl doctor --mend", "rtpctl calls lost"]


@pytest.mark.parametrize("path", GUIDES)
def test_keys_of_the_configuration_are_known(path, tmp_path):
    lines = "\n".join(body for language, body in _BLOCK.findall(read(path)) if language == "ini")
    assert "interface = " in lines
    file = tmp_path / "rtpengine.conf"
    file.write_text(lines.replace("[rtpengine]\n", "").join(("[rtpengine]\n", "")))
    done = subprocess.run(
        [BUILD + "/bin/rtpctl", "doctor", "--only", "configuration", "--all", "--config-file", file],
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith("good "), done.stdout


def plain(block):
    lines = (re.sub(r"\s+#.*", "", line) for line in block.split("\n"))
    return [line for line in lines if not line.startswith("#")]


def test_both_languages_have_the_same_commands():
    english, spanish = (
        [(language, plain(body)) for language, body in _BLOCK.findall(read(path))]
        for path in GUIDES[1:]
    )
    assert len(english) > 8
    assert english == spanish


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """-> the files of all packages"""
    root = tmp_path_factory.mktemp("installed")
    for component in ("common", "controld", "mediad", "tools", "dkms"):
        subprocess.run(
            ["cmake", "--install", BUILD, "--prefix", "/usr", "--component", component],
            env=dict(os.environ, DESTDIR=str(root)),
            stdout=subprocess.DEVNULL,
            check=True,
        )
    return root


def test_files_that_documents_name_are_installed(installed):
    named = set()
    for path in DOCUMENTS:
        named |= set(re.findall(r"/usr/(?:share|lib)/[\w./@-]*rtpengine[\w./@-]*[\w]", read(path)))
    assert len(named) >= 5
    assert [path for path in sorted(named) if not os.path.exists(str(installed) + path)] == []


def test_documents_are_installed_with_their_links(installed):
    """rtpctl doctor leads to them (tools/rtpctl/doctor/checks.cc)."""
    docs = str(installed) + "/usr/share/rtpengine/docs"
    assert os.path.exists(docs + "/troubleshooting.md")
    for path in (path for path in DOCUMENTS if path.startswith("docs/")):
        assert os.path.exists(docs + path[len("docs"):]), path
        for link in re.findall(r"\]\(([^)#\s]+)", read(path)):
            if re.match(r"https?:|\.\./", link):
                continue
            assert os.path.exists(os.path.join(docs, os.path.dirname(path)[5:], link)), link


def test_the_firewall_to_start_from_is_one(tmp_path):
    """As it is, and with what it has commented out."""
    text = read("deploy/nftables/media-host.nft")
    without_tracking = re.sub(
        r"(?ms)^#table.*?^#\}$", lambda found: re.sub("(?m)^#", "", found[0]), text
    )
    assert "\n    oif != \"lo\" udp sport 30000-39999 notrack\n" in without_tracking
    for number, rules in enumerate((text, without_tracking)):
        file = tmp_path / ("%d.nft" % number)
        file.write_text(rules)
        done = subprocess.run(
            ["unshare", "--net", "nft", "-f", file], stderr=subprocess.PIPE, text=True
        )
        assert done.returncode == 0, done.stderr


# What installation guides set on a media host.
_USUAL = """rmem_max wmem_max rmem_default wmem_default netdev_max_backlog udp_rmem_min udp_wmem_min
ip_local_port_range somaxconn tcp_max_syn_backlog tcp_fin_timeout tcp_tw_reuse""".split()


def test_each_usual_kernel_setting_is_made_or_left_out_with_its_reason():
    text = read("deploy/sysctl/60-rtpengine.conf")
    made, _, left_out = text.partition("# Left out")
    settings = re.findall(r"(?m)^([a-z][\w.]*) = ", text)
    assert len(settings) == 4 and text.count("\n#") > 10
    assert not re.search("(?m)^[a-z]", left_out)
    for setting in settings:
        # With its reason in the lines above.
        assert re.search(r"(?m)^#.*\n(?:[a-z].*\n)*%s = " % re.escape(setting), made), setting
    for name in _USUAL:
        assert re.search(r"(?m)^\S+\.%s = |^# .*\b%s\b.*: " % (name, name), text), name
