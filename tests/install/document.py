"""The commands and files of an installation guide, by its headings: what the test runs is what the
reader is told."""
import re


class Document:
    def __init__(self, path):
        self._blocks = {}  # heading: [(language, text)]
        heading, language, lines = "", None, []
        with open(path) as handle:
            for line in handle.read().split("\n"):
                if language is None and line.startswith("#"):
                    heading = re.sub(r"^#+ *(\d+\. *)?", "", line).strip()
                elif line.startswith("```"):
                    if language is None:
                        language, lines = line[3:].strip(), []
                    else:
                        self._blocks.setdefault(heading, []).append(
                            (language, "\n".join(lines) + "\n")
                        )
                        language = None
                elif language is not None:
                    lines.append(line)

    def blocks(self, heading, language):
        found = [text for kind, text in self._blocks.get(heading, []) if kind == language]
        if not found:
            raise KeyError("no %s block below '%s'" % (language, heading))
        return found

    def shell(self, heading):
        """-> one script a block"""
        return self.blocks(heading, "sh")

    def commands(self, heading):
        """-> every command below a heading, continuation lines joined, without comments"""
        text = "".join(self.shell(heading)).replace("\\\n", " ")
        lines = (re.sub(r"\s#.*", "", line).strip() for line in text.split("\n"))
        return [re.sub(r"\s+", " ", line) for line in lines if line and not line.startswith("#")]
