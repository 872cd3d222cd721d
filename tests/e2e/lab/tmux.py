"""A terminal that tests can read: tmux with a shell in it."""
import os
import subprocess

from .processes import wait_until


class Tmux:
    def __init__(self, directory, columns=80, rows=24):
        self._socket = os.path.join(str(directory), "tmux.sock")
        environment = dict(os.environ, PS1="$ ", LC_ALL="C.UTF-8", TERM="xterm")
        environment.pop("TMUX", None)
        subprocess.run(
            [*self._tmux(), "-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), "sh"],
            check=True,
            env=environment,
            cwd=str(directory),
        )

    def _tmux(self):
        return ["tmux", "-S", self._socket]

    def _run(self, *arguments):
        return subprocess.run(
            [*self._tmux(), *arguments], check=True, capture_output=True, text=True
        ).stdout

    def type(self, *keys):
        """As tmux names them: "q", "Enter", "C-c"; a text is typed as it is."""
        for key in keys:
            self._run("send-keys", key)

    def run(self, command):
        self._run("send-keys", "-l", command)
        self.type("Enter")

    def resize(self, columns, rows):
        self._run("resize-window", "-x", str(columns), "-y", str(rows))

    def screen(self, attributes=False):
        """-> what is to be seen, without blanks at the ends of lines"""
        return self._run("capture-pane", "-p", *(["-e"] if attributes else []))

    def rows(self, text):
        """-> the lines that contain it"""
        return [line for line in self.screen().split("\n") if text in line]

    def await_text(self, *texts):
        def all_there():
            screen = self.screen()
            return screen if all(text in screen for text in texts) else None

        try:
            return wait_until(all_there, what=repr(texts))
        except AssertionError as error:
            raise AssertionError("%s on the screen:\n%s" % (error, self.screen())) from None

    def state(self):
        """-> (cursor shown, alternate screen in use)"""
        return tuple(
            flag == "1" for flag in self._run("display", "-p", "#{cursor_flag} #{alternate_on}").split()
        )

    def child(self):
        """-> the process id of what the shell runs, or None"""
        shell = self._run("display", "-p", "#{pane_pid}").strip()
        with open("/proc/%s/task/%s/children" % (shell, shell)) as handle:
            children = handle.read().split()
        return int(children[0]) if children else None

    def close(self):
        subprocess.run([*self._tmux(), "kill-server"], check=False, stderr=subprocess.DEVNULL)
