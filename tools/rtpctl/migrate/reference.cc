// docs/migrating.md: the introduction, by hand, and the option table. `rtpctl migrate reference` prints it; a test
// compares it with the file. Pure.
#include <array>

#include "proto/base/text.h"
#include "tools/rtpctl/migrate/report.h"

namespace rtpctl::migrate {
namespace {

constexpr char kIntroduction[] = R"(# Migrating from Sipwise rtpengine

<!-- Made by `rtpctl migrate reference > docs/migrating.md` from tools/rtpctl/migrate (reference.cc, option_table.cc) and
the daemons' option tables; a test compares. Do not edit. -->

`rtpctl migrate` moves a host from Sipwise rtpengine to these daemons, and back to the byte. Proxies and their scripts stay
as they are: same NG protocol, same ports, same configuration file. Calls that are up end when the former daemon stops, as
with any restart of it: do it in a maintenance window, or with the proxy pointing at another node.

    rtpctl migrate                    what is here, what would be done, what will not work any more; changes nothing
    rtpctl migrate apply              makes a backup, does it, checks it; asks first (--yes: does not ask)
    rtpctl migrate status             how far it is
    rtpctl migrate rollback           takes it back

## Before

1. Install our packages: [Debian 12](install-debian12.md), [AlmaLinux 9](install-almalinux9.md); do not start them.
   A former daemon built from source stays where it is. One from a package (`rtpengine-daemon`, `ngcp-rtpengine-daemon`)
   is removed by ours, because both have the same files; its configuration stays. Stop it before that, look at the plan with
   `rtpengine-tools` alone installed, and keep its package file for the way back (`apt-get download rtpengine-daemon`).
2. `rtpctl migrate`: read the warnings. Each names what the configuration asks for and will not get.
3. Try it: on a clone of the machine, or on one of several nodes. `rtpctl migrate --json` is for scripts; `--root DIR` reads the
   files of a copy of a host (no commands are run, so it stays a plan).

## What `apply` does

| Step | Taken back by `rollback` |
|---|---|
| backup into `/var/backups/rtpengine-migrate-DATE` (`--backup DIR`): configuration, environment files, units, rsyslog, logrotate, modprobe and modules-load files, `iptables-save`, `ip6tables-save`, `nft list ruleset`, the former version | it stays |
| stops and disables the former unit; checks that no process of it is left | enabled and started, as it was |
| removes rules with target `RTPENGINE`, and what a crashed daemon left in nftables | each put in again at its place; those in nftables the former daemon makes itself |
| unloads `xt_RTPENGINE`, or an `nft_rtpengine` of another author, and takes its file away (`modprobe` would find it before ours) | file restored, module loaded with the parameters it had |
| comments such rules out of `/etc/iptables/rules.v4`, `/etc/sysconfig/iptables` and their like; names our module in `modules-load.d` | restored |
| changes the configuration: below. Options of the former command line, from `/etc/default` or `/etc/sysconfig`, too, go into it | restored, with owner, mode and time |
| drop-ins for our units, if the former one named another file or section | removed |
| loads `nft_rtpengine`, if a kernel table is wanted; goes on without it in user space | unloaded |
| enables and starts `rtpengine-controld`, `rtpengine-mediad` | as they were |
| checks: units active, NG answers, a worker takes calls, `rtpctl doctor` finds no failure in configuration, modules and rules | |

A step that fails takes back everything before it, and the former daemon serves again. Every step is in a journal in the
backup, on disk before and after it is done: after a crash or a power cut `rtpctl migrate` says so, `apply` goes on where it
stopped, `rollback` undoes what was done, no more. rsyslog and logrotate files are kept: `log-facility`, `log-facility-cdr` and
`log-name` are honoured.

A file that was changed between `apply` and `rollback` is put back, too; the changed text is kept in the backup (`changed…`).
A backup that was changed is refused, and its README says how to go back by hand.

Exit status: 0 done (plan: can be applied; status: nothing was interrupted), 1 not, 2 wrong usage.

## By hand

Without systemd (containers) there is nothing to stop and start: point our images at the same configuration. Several
instances on a host become several workers: [operations.md](operations.md#several-workers-on-a-host).

## What becomes of each option

*same*: nothing to do. *different*: stays or is taken out, with the reason as a comment. *mapped*: something else takes its place.
*not supported*: commented out with the reason, unless it has its default; the plan warns.
)";

// Cells of a table must not end it.
std::string CellText(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string Remark(const IncumbentOption& option) {
  std::string remark = CellText(NoteOf(option));
  if (!option.mapped_to.empty()) {
    base::StrAppend(&remark, remark.empty() ? "" : "; ", "becomes `", option.mapped_to, "`");
  }
  return remark;
}

}  // namespace

std::string ReferenceText() {
  std::string out = kIntroduction;
  std::array<int, 4> counts = {};
  for (const IncumbentOption& option : IncumbentOptions()) ++counts[static_cast<size_t>(VerdictOf(option))];
  base::StrAppend(&out, "\nOf ", IncumbentOptions().size(), " options: ", counts[0], " same, ", counts[1], " mapped, ",
                  counts[2], " different, ", counts[3], " not supported.\n");
  const GroupText* group = nullptr;
  for (const IncumbentOption& option : IncumbentOptions()) {
    if (group != &TextOf(option.group)) {
      group = &TextOf(option.group);
      base::StrAppend(&out, "\n### ", group->title, "\n\n| Option | Here | |\n|---|---|---|\n");
    }
    base::StrAppend(&out, "| `", option.name, "` | ", VerdictName(VerdictOf(option)), " | ", Remark(option), " |\n");
  }
  return out;
}

}  // namespace rtpctl::migrate
