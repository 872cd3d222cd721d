// Log lines as text: see log_format.h. Pure.
#include "proto/runtime/log_format.h"

#include <cstdio>
#include <functional>

#include "proto/base/text.h"

namespace runtime {
namespace {

using base::log::Context;

constexpr std::chrono::seconds kRepeatInterval{15};
constexpr size_t kRememberedLines = 4096;
constexpr size_t kContextPart = 1024;  // no call-id may fill a log by itself

void AppendEscaped(std::string* out, std::string_view text) {
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '\n') {
      *out += "\\n";
    } else if (c == '\r') {
      *out += "\\r";
    } else if (c == '\t') {
      *out += ' ';
    } else if (octet < 0x20 || octet == 0x7f) {
      char hex[8];
      std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned>(octet));
      *out += hex;
    } else {
      *out += c;
    }
  }
}

std::string Marked(std::string_view text, const LogFormat& format) {
  std::string out = format.mark_prefix;
  AppendEscaped(&out, text.substr(0, kContextPart));
  return out + format.mark_suffix;
}

std::string PortText(uint32_t port) {
  char text[16];
  std::snprintf(text, sizeof text, "%5u", static_cast<unsigned>(port));
  return text;
}

std::string ParsableContext(const Context& context, const LogFormat& format) {
  std::string parts;
  const auto add = [&](std::string_view key, std::string_view value) {
    base::StrAppend(&parts, parts.empty() ? "" : " ", key, "=\"", value, "\"");
  };
  if (!context.call_id.empty()) add("ID", Marked(context.call_id, format));
  if (!context.tag.empty()) add("tag", Marked(context.tag, format));
  if (context.media_index != 0) add("index", std::to_string(context.media_index));
  if (context.port != 0) add("port", PortText(context.port));
  return parts;
}

std::string DefaultContext(const Context& context, const LogFormat& format) {
  if (context.call_id.empty()) {
    if (context.packet && context.port != 0) return "no call, port " + PortText(context.port);
    if (context.packet) return "no call";
    return context.port != 0 ? "port " + PortText(context.port) : std::string();
  }
  std::string parts = Marked(context.call_id, format);
  if (!context.tag.empty()) {
    base::StrAppend(&parts, "/", Marked(context.tag, format));
    if (context.media_index != 0) base::StrAppend(&parts, "/", context.media_index);
  }
  if (context.port != 0) base::StrAppend(&parts, " port ", PortText(context.port));
  return parts;
}

// The pieces of the text that get a line of their own. Never empty.
std::vector<std::string> Pieces(std::string_view head, std::string_view text,
                                const LogFormat& format) {
  std::vector<std::string> pieces;
  std::string current(head);
  const auto finish = [&] {
    const size_t limit =
        format.max_line_length > 0 ? static_cast<size_t>(format.max_line_length) : std::string::npos;
    for (; current.size() > limit; current.erase(0, limit)) {
      pieces.push_back(current.substr(0, limit));
    }
    pieces.push_back(std::move(current));
    current.clear();
  };
  while (format.split_lines && text.find('\n') != std::string_view::npos) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    text.remove_prefix(end + 1);
    if (line.empty()) continue;
    AppendEscaped(&current, line);
    finish();
  }
  if (!text.empty() || pieces.empty()) {
    AppendEscaped(&current, text);
    finish();
  }
  return pieces;
}

}  // namespace

const char* SeverityName(base::log::Severity severity) {
  constexpr const char* kNames[] = {"EMERG",   "ALERT",  "CRIT", "ERR",
                                    "WARNING", "NOTICE", "INFO", "DEBUG"};
  return kNames[static_cast<size_t>(severity) & 7];
}

std::string FormatContext(const Context& context, const LogFormat& format) {
  const std::string parts =
      format.parsable ? ParsableContext(context, format) : DefaultContext(context, format);
  return parts.empty() ? parts : base::StrCat("[", parts, "]: ");
}

std::vector<std::string> FormatLines(base::log::Severity severity, base::log::Subsystem subsystem,
                                     const Context& context, std::string_view text,
                                     const LogFormat& format) {
  const std::string prefix =
      base::StrCat(SeverityName(severity), ": ", FormatContext(context, format));
  const std::string head = base::StrCat("[", base::log::SubsystemName(subsystem), "] ");
  std::vector<std::string> lines = Pieces(head, text, format);
  for (size_t i = 0; i < lines.size(); ++i) {
    lines[i] = base::StrCat(prefix, i == 0 ? "" : "... ", lines[i],
                            i + 1 == lines.size() ? "" : " ...");
  }
  return lines;
}

std::string FormatTimestamp(int64_t unix_us) {
  char text[48];
  std::snprintf(text, sizeof text, "[%lld.%06lld] ", static_cast<long long>(unix_us / 1'000'000),
                static_cast<long long>(unix_us % 1'000'000));
  return text;
}

bool RepeatLimit::Allow(std::string_view line, std::chrono::nanoseconds now) {
  const size_t hash = std::hash<std::string_view>()(line);
  const auto [found, fresh] = last_.try_emplace(hash, now);
  if (!fresh && now - found->second < kRepeatInterval) return false;
  found->second = now;
  if (last_.size() > kRememberedLines) Forget(now);
  return true;
}

void RepeatLimit::Forget(std::chrono::nanoseconds now) {
  std::erase_if(last_, [&](const auto& item) { return now - item.second >= kRepeatInterval; });
  // A flood of different lines: forgetting all costs repeats, never memory.
  if (last_.size() > kRememberedLines) last_.clear();
}

}  // namespace runtime
