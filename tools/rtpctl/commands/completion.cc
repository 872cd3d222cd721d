// rtpctl completion SHELL: a completion script made from the command line's own description, so
// that it cannot fall behind it.
#include <algorithm>
#include <memory>
#include <vector>

#include "proto/base/text.h"
#include "tools/rtpctl/commands/commands.h"

namespace rtpctl {
namespace {

// A (sub-)command with the words that may follow it.
struct Place {
  std::string path;                                           // "rtpctl calls"
  std::vector<std::pair<std::string, std::string>> commands;  // name, description
  std::vector<std::pair<std::string, std::string>> options;   // "--json", description
  std::vector<std::string> options_with_value;
};

void Collect(const CLI::App& app, const std::string& path, const Place* parent,
             std::vector<Place>* places) {
  Place place;
  place.path = path;
  if (parent != nullptr) {  // options of the parents are accepted everywhere
    place.options = parent->options;
    place.options_with_value = parent->options_with_value;
  }
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      const std::pair<std::string, std::string> entry("--" + name, option->get_description());
      const auto same = [&](const auto& other) { return other.first == entry.first; };
      if (std::any_of(place.options.begin(), place.options.end(), same)) continue;
      place.options.push_back(entry);
      if (option->get_items_expected_max() > 0) place.options_with_value.push_back(entry.first);
    }
  }
  const auto subcommands = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* sub : subcommands)
    place.commands.emplace_back(sub->get_name(), sub->get_description());
  places->push_back(place);
  for (const CLI::App* sub : subcommands)
    Collect(*sub, path + " " + sub->get_name(), &place, places);
}

std::string Names(const std::vector<std::pair<std::string, std::string>>& words) {
  std::string text;
  for (const auto& [name, description] : words) text += (text.empty() ? "" : " ") + name;
  return text;
}

// Quoted for a POSIX shell and for fish: in both, only ' and \ would end or change the text.
std::string Quote(const std::string& text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'' || c == '\\') continue;
    out += c;
  }
  return out + "'";
}

// Shell code that sets $path to the sub-command the words before the cursor name. `count` is the
// shell's expression for the number of words to look at, `word` for the i-th one.
std::string FindPath(const std::vector<Place>& places) {
  std::string out = "    case \"$path $word\" in\n";
  for (const Place& place : places) {
    if (place.path != "rtpctl") out += "      " + Quote(place.path) + ") path=\"$path $word\" ;;\n";
  }
  return out + "    esac\n";
}

std::string BashScript(const std::vector<Place>& places) {
  std::string out =
      "# bash completion for rtpctl: source it, or save it as\n"
      "# /usr/share/bash-completion/completions/rtpctl\n"
      "_rtpctl() {\n"
      "  local path=rtpctl word current=\"${COMP_WORDS[COMP_CWORD]}\" i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    word=\"${COMP_WORDS[i]}\"\n";
  out += FindPath(places);
  out += "  done\n  case \"$path\" in\n";
  for (const Place& place : places) {
    out +=
        base::StrCat("    ", Quote(place.path),
                     ") word=", Quote(Names(place.commands) + " " + Names(place.options)), " ;;\n");
  }
  return out +
         "  esac\n"
         "  mapfile -t COMPREPLY < <(compgen -W \"$word\" -- \"$current\")\n"
         "}\n"
         "complete -o default -F _rtpctl rtpctl\n";
}

std::string ZshScript(const std::vector<Place>& places) {
  std::string out =
      "#compdef rtpctl\n"
      "# zsh completion for rtpctl: save it as _rtpctl in a directory of $fpath\n"
      "_rtpctl() {\n"
      "  local path_=rtpctl word i\n"
      "  local -a commands options\n"
      "  for ((i = 2; i < CURRENT; i++)); do\n"
      "    word=\"${words[i]}\"\n"
      "    case \"$path_ $word\" in\n";
  for (const Place& place : places) {
    if (place.path != "rtpctl")
      out += "      " + Quote(place.path) + ") path_=\"$path_ $word\" ;;\n";
  }
  out += "    esac\n  done\n  case \"$path_\" in\n";
  const auto described = [](const auto& words) {
    std::string text;
    for (const auto& [name, description] : words) text += " " + Quote(name + ":" + description);
    return text;
  };
  for (const Place& place : places) {
    out += base::StrCat("    ", Quote(place.path), ")\n      commands=(", described(place.commands),
                        ")\n      options=(", described(place.options), ") ;;\n");
  }
  return out +
         "  esac\n"
         "  _describe command commands\n"
         "  _describe option options\n"
         "}\n"
         "if [ \"$funcstack[1]\" = _rtpctl ]; then _rtpctl \"$@\"; else compdef _rtpctl rtpctl; "
         "fi\n";
}

std::string FishScript(const std::vector<Place>& places) {
  std::string out =
      "# fish completion for rtpctl: save it as ~/.config/fish/completions/rtpctl.fish\n"
      "function __rtpctl_at\n"
      "  set -l path rtpctl\n"
      "  for word in (commandline -opc)[2..-1]\n"
      "    switch \"$path $word\"\n";
  for (const Place& place : places) {
    if (place.path != "rtpctl")
      out += "      case " + Quote(place.path) + "\n        set path \"$path $word\"\n";
  }
  out += "    end\n  end\n  test \"$path\" = \"$argv\"\nend\ncomplete -c rtpctl -f\n";
  for (const Place& place : places) {
    const std::string here =
        base::StrCat("complete -c rtpctl -n \"__rtpctl_at ", Quote(place.path), "\" ");
    for (const auto& [name, description] : place.commands) {
      out += base::StrCat(here, "-a ", name, " -d ", Quote(description), "\n");
    }
    for (const auto& [name, description] : place.options) {
      const bool value = std::find(place.options_with_value.begin(), place.options_with_value.end(),
                                   name) != place.options_with_value.end();
      out += base::StrCat(here, value ? "-r " : "", "-l ", name.substr(2), " -d ",
                          Quote(description), "\n");
    }
  }
  return out;
}

}  // namespace

std::string CompletionScript(const CLI::App& root, const std::string& shell) {
  std::vector<Place> places;
  Collect(root, "rtpctl", nullptr, &places);
  if (shell == "bash") return BashScript(places);
  if (shell == "zsh") return ZshScript(places);
  if (shell == "fish") return FishScript(places);
  return "";
}

void AddCompletion(CLI::App* parent, Session* session, const CLI::App* root) {
  auto* command = parent->add_subcommand("completion", "Prints a completion script for a shell");
  auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer(
      "Examples:\n"
      "  source <(rtpctl completion bash)\n"
      "  rtpctl completion fish > ~/.config/fish/completions/rtpctl.fish");
  command->callback([session, shell, root] {
    session->set_command([session, shell, root] {
      if (session->options().json) {
        return session->Fail(kExitUsage, "a completion script has no JSON form: leave --json out.");
      }
      session->out() << CompletionScript(*root, *shell);
      return kExitOk;
    });
  });
}

}  // namespace rtpctl
