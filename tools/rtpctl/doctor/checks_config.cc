// Checks of what the configuration says.
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <set>

#include "proto/base/text.h"
#include "tools/rtpctl/doctor/checks.h"
#include "tools/rtpctl/doctor/media.h"

namespace rtpctl::doctor {
namespace {

constexpr int64_t kDay = 86400;
constexpr int64_t kSoonDays = 30;

// The address part of "ADDRESS:PORT", "[ADDRESS]:PORT", "PORT", "unix:/path" (empty for the last two).
std::string AddressOf(const std::string& listener) {
  if (listener.rfind("unix:", 0) == 0) return {};
  if (listener.rfind('[', 0) == 0) return listener.substr(1, listener.find(']') - 1);
  const size_t colon = listener.rfind(':');
  return colon == std::string::npos ? std::string() : listener.substr(0, colon);
}

bool IsName(const std::string& text) {
  return !text.empty() && text != "any" && !base::IpAddress::Parse(text).has_value();
}

// The names that /etc/hosts answers without asking anybody.
std::set<std::string> NamesOfHosts(const Host& host) {
  std::set<std::string> names;
  const std::string text = host.ReadFile("/etc/hosts").value_or("");
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    line = line.substr(0, line.find('#'));
    for (bool first = true; !line.empty(); first = false) {
      size_t size = 0;
      while (size < line.size() && !base::IsBlank(line[size])) ++size;
      if (size > 0 && !first) names.emplace(line.substr(0, size));
      while (size < line.size() && base::IsBlank(line[size])) ++size;
      line.remove_prefix(size);
    }
  }
  return names;
}

// Gathers names that DNS has to answer.
class Names {
 public:
  explicit Names(const Host& host) : host_(host), known_(NamesOfHosts(host)) {}

  void Add(const std::string& where, const std::string& text) {
    if (!IsName(text) || known_.count(text) > 0) return;
    base::StrAppend(&what_, what_.empty() ? "" : ", ", text, " in ", where);
    if (std::find(names_.begin(), names_.end(), text) == names_.end()) names_.push_back(text);
  }
  // Media addresses may be devices, too: those exist without DNS.
  void AddMedia(const std::string& where, const std::string& text) {
    if (!host_.Exists("/sys/class/net/" + text)) Add(where, text);
  }

  const std::string& what() const { return what_; }
  std::string Commands(const std::string& config_file) const {
    std::string out;
    for (const std::string& name : names_) base::StrAppend(&out, out.empty() ? "" : "\n", "getent ahosts ", name);
    return base::StrCat(out, "   # and write the address into ", config_file);
  }

 private:
  const Host& host_;
  const std::set<std::string> known_;
  std::string what_;
  std::vector<std::string> names_;
};

// Addresses at which gRPC is taken from anybody: TCP beyond the loopback, without certificates.
std::string OpenGrpc(const base::options::ParsedOptions& options, const char* name) {
  std::string open;
  if (!options.Bool("grpc-insecure") || !options.String("tls-cert").empty()) return open;
  for (const std::string& item : options.List(name)) {
    const std::string text = AddressOf(item);
    const std::optional<base::IpAddress> address = base::IpAddress::Parse(text);
    if (item.rfind("unix:", 0) == 0 || text == "localhost" || (address && address->loopback())) continue;
    base::StrAppend(&open, open.empty() ? "" : ", ", name, " = ", item);
  }
  return open;
}

// Days until the certificate in `pem` ends; nullopt when there is none in it.
std::optional<int64_t> DaysLeft(const std::string& pem, int64_t now_unix) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
  if (!certificate) return std::nullopt;
  const std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)> now(ASN1_TIME_set(nullptr, now_unix),
                                                                 ASN1_TIME_free);
  int days = 0;
  int seconds = 0;
  if (ASN1_TIME_diff(&days, &seconds, now.get(), X509_get0_notAfter(certificate.get())) != 1) {
    return std::nullopt;
  }
  return seconds < 0 && days == 0 ? -1 : days;
}

}  // namespace

Finding CheckConfiguration(const Examination& examination) {
  const std::string& file = examination.config_file();
  if (!examination.configuration_error().empty()) {
    return {.verdict = Verdict::kFailure,
            .what = base::StrCat(file, ": ", examination.configuration_error()),
            .why = "The daemons do not start with it.",
            .fix = base::StrCat("rtpengine-controld --config-file=", file, " --config-section=", examination.config_section(),
                                " --foreground --log-stderr   # says what is wrong")};
  }
  const std::vector<std::string>& warnings = examination.configuration_warnings();
  if (warnings.empty()) return Good(file + " is understood");
  Finding finding = {.verdict = Verdict::kNotice,
                     .what = file + ":",
                     .why = "These lines have no effect.",
                     .fix = "rtpctl migrate reference   # what stands instead; then take them out of " + file};
  for (const std::string& warning : warnings) base::StrAppend(&finding.what, warnings.size() > 1 ? "\n" : " ", warning);
  return finding;
}

Finding CheckNames(const Examination& examination) {
  if (examination.mediad() == nullptr || examination.controld() == nullptr) {
    return Skipped("no configuration that can be read");
  }
  Names names(examination.host());
  for (const MediaAddress& media : MediaAddresses(*examination.mediad())) {
    const std::string where = media.section ? "section [" + media.item + "]" : "interface";
    names.AddMedia(where, media.written);
    names.AddMedia(where, media.advertised);
  }
  for (const char* option : {"listen-ng", "listen-tcp-ng", "listen-http", "listen-https", "listen-cli", "listen-grpc"}) {
    for (const std::string& item : examination.controld()->List(option)) names.Add(option, AddressOf(item));
  }
  for (const char* option : {"controller", "listen-admin", "listen-metrics"}) {
    for (const std::string& item : examination.mediad()->List(option)) names.Add(option, AddressOf(item));
  }
  for (const char* option : {"homer", "graphite", "dtmf-log-dest"}) {
    names.Add(option, AddressOf(examination.controld()->String(option)));
  }
  if (names.what().empty()) return Good("all addresses are literal");
  return {.verdict = Verdict::kWarning,
          .what = names.what(),
          .why = "The daemons ask DNS once, at start: when it does not answer they do not start, and a change is not seen.",
          .fix = names.Commands(examination.config_file())};
}

Finding CheckNgExposed(const Examination& examination) {
  const base::options::ParsedOptions* options = examination.controld();
  if (options == nullptr) return Skipped("no configuration that can be read");
  std::string grpc = OpenGrpc(*options, "listen-grpc");
  if (grpc.empty() && examination.mediad() != nullptr) grpc = OpenGrpc(*examination.mediad(), "listen-admin");
  if (!grpc.empty()) {
    return {.verdict = Verdict::kFailure,
            .what = grpc + " without TLS (grpc-insecure): everybody who reaches it",
            .why = "Whoever may send gRPC reads, redirects and ends every call, or takes calls as a worker.",
            .fix = "tls-cert, tls-key, tls-ca = FILES, and no grpc-insecure   # in " + examination.config_file()};
  }
  std::string open;
  for (const char* name : {"listen-ng", "listen-tcp-ng", "listen-http", "listen-https", "listen-cli"}) {
    for (const std::string& item : options->List(name)) {
      const std::string text = AddressOf(item);
      const std::optional<base::IpAddress> address = base::IpAddress::Parse(text);
      const bool loopback = text == "localhost" || (address && address->loopback()) ||
                            (text.empty() && std::string_view(name) == "listen-cli");
      if (!loopback) base::StrAppend(&open, open.empty() ? "" : ", ", name, " = ", item);
    }
  }
  if (open.empty()) return Good("only this host");
  if (!options->List("listen-ng-allow").empty()) {
    for (const std::string& allowed : options->List("listen-ng-allow")) {
      if (allowed == "0.0.0.0/0" || allowed == "::/0") {
        return {.verdict = Verdict::kFailure,
                .what = "listen-ng-allow has " + allowed + ": everybody who reaches " + open,
                .why = "Whoever may send NG commands hears, redirects and ends every call.",
                .fix = "listen-ng-allow = ADDRESSES OF YOUR PROXIES   # in " + examination.config_file()};
      }
    }
    return Good("who is named in listen-ng-allow");
  }
  return {.verdict = Verdict::kWarning,
          .what = open + ", without a list of who may: this host, private and attached networks do",
          .why = "Whoever may send NG commands hears, redirects and ends every call.",
          .fix = "listen-ng-allow = ADDRESSES OF YOUR PROXIES   # in " + examination.config_file()};
}

Finding CheckCertificates(const Examination& examination) {
  const base::options::ParsedOptions* options = examination.controld();
  if (options == nullptr) return Skipped("no configuration that can be read");
  std::string said;
  for (const char* name : {"https-cert", "tls-cert", "tls-ca"}) {
    const std::string& file = options->String(name);
    if (file.empty()) continue;
    const std::optional<std::string> pem = examination.host().ReadFile(file);
    const std::optional<int64_t> days =
        pem ? DaysLeft(*pem, examination.host().NowUnix()) : std::nullopt;
    if (!days) {
      return {.verdict = Verdict::kFailure,
              .what = base::StrCat(name, " = ", file, pem ? ": holds no certificate" : ": cannot be read"),
              .why = "The daemons do not start, or do not take connections with TLS.",
              .fix = "ls -l " + file};
    }
    if (*days < kSoonDays) {
      return {.verdict = *days < 0 ? Verdict::kFailure : Verdict::kWarning,
              .what = base::StrCat(name, " = ", file, *days < 0 ? ": has ended" : ": ends in ",
                                   *days < 0 ? "" : base::StrCat(*days, " days")),
              .why = "With it end the connections between workers and controllers, or of clients.",
              .fix = base::StrCat("openssl x509 -noout -enddate -in ", file,
                                  "\nsystemctl reload rtpengine-controld rtpengine-mediad   # once it is renewed")};
    }
    base::StrAppend(&said, said.empty() ? "" : ", ", name, ": ", *days, " days");
  }
  return said.empty() ? Skipped("none configured") : Good(said);
}

}  // namespace rtpctl::doctor
