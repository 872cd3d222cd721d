#!/usr/bin/python3
"""Writes the man page of a program from what it prints for --help: deploy/man/make.py PROGRAM PAGE

The options come from the program's own table; what no table knows (description, files, signals) is in
NAME.txt beside this file, in roff. The sub-commands of rtpctl are asked one by one.
"""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
_OPTION = re.compile(r"^ {1,6}(-[^ ].*?|[A-Z][A-Z.]* .*?|[a-z][a-z-]*)(?:  +(\S.*))?$")


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = "".join(char if ord(char) < 128 else "\\[u%04X]" % ord(char) for char in text)
    return "\\&" + text if text.startswith((".", "'")) else text


def help_of(*command):
    done = subprocess.run([*command, "--help"], stdout=subprocess.PIPE, check=True)
    return done.stdout.decode().rstrip("\n").split("\n")


def options(lines):
    """-> roff of the lines of an option or sub-command list; a text may be in the line below."""
    out = []
    for line in lines:
        found = _OPTION.match(line)
        if found:
            out += [".TP", ".B " + escape(found[1].strip())]
            if found[2]:
                out.append(escape(found[2]))
        elif line.strip():
            out.append(escape(line.strip()))
    return out


def blocks(lines):
    """-> [(heading or "", lines)] of a help text: parts between empty lines."""
    out, part = [], []
    for line in lines + [""]:
        if line:
            part.append(line)
        elif part:
            heading = part[0][:-1] if part[0].endswith(":") else ""
            out.append((heading, part[1:] if heading else part))
            part = []
    return out


def literal(lines):
    return [".nf", *map(escape, lines), ".fi"]


def daemon(program, name):
    out = []
    for heading, lines in blocks(help_of(program))[1:]:
        if heading:
            out += [".SH OPTIONS ACCEPTED WITHOUT EFFECT", escape(heading + "."), ".PP"]
            out.append(escape(" ".join(" ".join(lines).split())))
        elif lines[0].startswith(" "):
            out += options(lines)
        else:
            out += [".SH OPTIONS", *map(escape, lines)]
    return out


def tool(program, words=()):
    """rtpctl's options, then each sub-command with its own."""
    out, below = [], []
    title = " ".join(words)
    for heading, lines in blocks(help_of(program, *words)):
        if heading == "Subcommands":
            below += [line.split()[0] for line in lines if re.match(r" {1,4}[a-z]", line)]
            out += [] if words else [".SH COMMANDS", "Described one by one below.", *options(lines)]
        elif heading in ("Options", "Positionals"):
            lines = [line for line in lines if words == () or "--help" not in line]
            if lines:
                out += [".SH OPTIONS" if not words else ".PP", *options(lines)]
        elif heading.startswith("Example"):
            out += [".SH EXAMPLES" if not words else ".PP", *literal(lines)]
        elif words and lines[0].startswith("Usage") or len(lines) > 1 and "Usage" in lines[1]:
            if words:
                usage = lines[-1].replace("Usage: ", "")
                out += [".SS " + escape("rtpctl " + title), escape(lines[0]), ".PP", escape(usage)]
        else:
            out += [".PP", *map(escape, lines)]
    for word in below:
        out += tool(program, (*words, word))
    return out


def main():
    program, page = sys.argv[1:]
    name, section = os.path.basename(page).rsplit(".", 1)
    with open(os.path.join(HERE, name + ".txt")) as handle:
        head, _, tail = handle.read().partition("@OPTIONS@\n")
    body = daemon(program, name) if section == "8" else tool(program)
    with open(page, "w") as handle:
        handle.write('.TH %s %s "" rtpengine "rtpengine"\n' % (name.upper(), section))
        handle.write(head + "\n".join(body) + "\n" + tail)


if __name__ == "__main__":
    main()
