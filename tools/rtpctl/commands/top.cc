// rtpctl top: workers and calls as they are now, on a terminal or as lines.
#include <memory>

#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/top/full_screen.h"

namespace rtpctl {

void AddTop(CLI::App* parent, Session* session) {
  auto* command =
      parent->add_subcommand("top", "Workers and calls as they are now, again and again");
  auto settings = std::make_shared<top::Settings>();
  command->add_option("--interval", settings->interval_s, "Seconds between two looks")
      ->check(CLI::Range(0.2, 3600.0))
      ->capture_default_str();
  command->add_option("--count", settings->count, "Ends after so many intervals; 0 does not")
      ->capture_default_str();
  command
      ->add_option_function<std::string>(
          "--sort",
          [settings](const std::string& name) { settings->view.sort = *top::SortOf(name); },
          "Order of the calls, the worst or most first")
      ->check(CLI::IsMember(top::SortNames()))
      ->default_str(std::string(top::SortName(top::Sort::kPackets)));
  command->add_flag("--reverse", settings->view.reversed, "The other way round");
  command->add_option("--filter", settings->view.filter, "Call-ids that contain this text");
  command->add_option("--worker", settings->wanted.worker, "Calls on this worker");
  command
      ->add_option("--calls", settings->wanted.budget,
                   "Calls that are asked for figures in an interval; others wait their turn")
      ->check(CLI::Range(1u, 2000u))
      ->capture_default_str();
  command->footer(
      "Examples:\n"
      "  rtpctl top\n"
      "  rtpctl top --sort loss --filter @example.com\n"
      "  rtpctl top --count 3 --interval 5 | cat\n"
      "  rtpctl top --json --count 1 | jq '.call_list[] | select(.loss_percent > 1)'\n"
      "\n"
      "? shows the keys. Without a terminal, and with --json: a block of lines, or one line of "
      "JSON, for\n"
      "each interval.");
  command->callback([session, settings] {
    session->set_command([session, settings] {
      const bool screen = !session->options().json && top::HasScreen();
      return screen ? top::RunFullScreen(session, *settings) : top::RunLines(session, *settings);
    });
  });
}

}  // namespace rtpctl
