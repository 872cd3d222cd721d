// rtpctl cli COMMAND: a command of the reference's tool, by controld's listen-cli. docs/cli.md has them all.
#include <algorithm>
#include <chrono>
#include <memory>

#include "absl/strings/str_join.h"
#include "proto/base/options/parsed_options.h"
#include "proto/base/text.h"
#include "proto/runtime/files.h"
#include "tools/rtpctl/client/admin_line.h"
#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {
namespace {

struct CliArguments {
  std::vector<std::string> words;
  std::string address;  // empty: of the configuration
  std::string config_file{base::options::kDefaultConfigFile};
  std::string config_section = "rtpengine";
};

absl::StatusOr<std::string> ListenerOf(const CliArguments& arguments) {
  const absl::StatusOr<std::string> text = runtime::ReadFile(arguments.config_file);
  if (!text.ok()) return text.status();
  base::options::CommandLine line;
  line.config_file = arguments.config_file;
  line.config_section = arguments.config_section;
  const auto parsed = base::options::ParseOptions(base::options::Daemon::kControld, line, *text, {});
  if (!parsed.ok()) return parsed.status();
  const std::vector<std::string>& listeners = parsed->options.List("listen-cli");
  if (!listeners.empty()) return listeners.front();
  return absl::NotFoundError("no listen-cli in it: set listen-cli = 127.0.0.1:2224 and restart rtpengine-controld");
}

// What the daemon did not do, in the words of the reference.
bool Refused(const std::string& answer) {
  for (const char* start : {"Unknown command: ", "More parameters required.", "Fail "}) {
    if (answer.rfind(start, 0) == 0) return true;
  }
  return false;
}

// Lines stay; what strangers put into them (call-ids) is made harmless.
std::string Harmless(const std::string& text) {
  std::string out;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    out += Printable(std::string_view(text).substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return out;
}

int Run(Session* session, const CliArguments& arguments) {
  if (session->options().json) {
    return session->Fail(kExitUsage, "answers are text, as scripts have them; JSON: rtpctl cli list jsonstats");
  }
  const std::string line = absl::StrJoin(arguments.words, " ");
  if (line.find_first_of("\r\n") != std::string::npos) {
    return session->Fail(kExitUsage, "a command is one line.");
  }
  std::string listener = arguments.address;
  if (listener.empty()) {
    const absl::StatusOr<std::string> found = ListenerOf(arguments);
    if (!found.ok()) {
      return session->Fail(kExitUsage, base::StrCat(Printable(arguments.config_file), ": ",
                                                    Printable(std::string(base::Message(found.status()))),
                                                    "\n  Another address: --address HOST:PORT."));
    }
    listener = *found;
  }
  const auto patience = std::chrono::duration<double>(session->options().timeout_s);
  const absl::StatusOr<std::string> answer =
      AskAdmin(AdminAddressOf(listener), line, std::chrono::duration_cast<std::chrono::milliseconds>(patience));
  if (!answer.ok()) {
    return session->Fail(kExitUnreachable,
                         base::StrCat("listen-cli at ", Printable(listener), ": ",
                                      Printable(std::string(base::Message(answer.status()))),
                                      "\n  Is rtpengine-controld running, with that listen-cli?"));
  }
  session->out() << Harmless(*answer);
  return Refused(*answer) ? kExitRefused : kExitOk;
}

}  // namespace

void AddCli(CLI::App* parent, Session* session) {
  auto* command = parent->add_subcommand("cli", "A command of the reference's tool, answered as there");
  auto arguments = std::make_shared<CliArguments>();
  command->add_option("COMMAND", arguments->words, "The command, as one argument or as several")->required();
  command->add_option("--address", arguments->address, "Of listen-cli, HOST:PORT; else it is read from the configuration");
  command->add_option("--config-file", arguments->config_file, "The daemons' configuration")
      ->capture_default_str();
  command->add_option("--config-section", arguments->config_section, "Its section")->capture_default_str();
  command->footer(
      "Examples:\n"
      "  rtpctl cli usage                  # all commands\n"
      "  rtpctl cli list maxsessions\n"
      "  rtpctl cli set maxsessions 1000   # until the next start\n"
      "  rtpctl cli terminate all\n"
      "Call-ids that begin with -: rtpctl cli -- terminate -CALL-ID");
  command->callback([session, arguments] {
    session->set_command([session, arguments] { return Run(session, *arguments); });
  });
}

}  // namespace rtpctl
