// rtpctl version: of this tool and of the daemon it talks to.
#include "proto/runtime/version.h"

#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {

namespace v1 = rtpengine::v1;

void AddVersion(CLI::App* parent, Session* session) {
  auto* command = parent->add_subcommand("version", "Versions of the daemon and of rtpctl");
  command->footer(
      "Examples:\n  rtpctl version\n  rtpctl --version     # without asking the daemon");
  command->callback([session] {
    session->set_command([session] {
      v1::GetVersionResponse version;
      const int result =
          session->Call(&v1::Process::Stub::GetVersion, v1::GetVersionRequest(), &version);
      if (result != kExitOk || session->PrintedJson(version)) return result;
      Fields fields;
      fields.Add(Printable(version.daemon()), Printable(version.version()));
      fields.Add("build", Printable(version.build()));
      fields.Add("rtpctl", runtime::Version());
      session->out() << fields.Render(session->style());
      return kExitOk;
    });
  });
}

}  // namespace rtpctl
