// Checks of the kernel module: from headers to /proc.
#include "proto/base/text.h"
#include "tools/rtpctl/doctor/checks.h"

namespace rtpctl::doctor {
namespace {

constexpr char kModule[] = "nft_rtpengine";
constexpr char kExtension[] = "xt_RTPENGINE";
// As our module says of itself; another nft_rtpengine has another author.
constexpr char kAuthor[] = "rtpengine authors";

constexpr char kUserSpaceWhy[] =
    "Media is relayed in user space: the same calls, at several times the CPU.";

bool IsLoaded(const Host& host, const std::string& module) {
  return host.Exists("/sys/module/" + module);
}

// A field of modinfo; empty when there is none.
std::string ModuleField(const Host& host, const std::string& field, const std::string& module = kModule) {
  const Output output = host.Run({"modinfo", "-F", field, module});
  return output.status == 0 ? std::string(base::Trim(output.text)) : std::string();
}

std::string HeadersDirectory(const Host& host) {
  return "/lib/modules/" + host.KernelRelease() + "/build";
}

std::string InstallHeaders(const Examination& examination) {
  const std::string release = examination.host().KernelRelease();
  return examination.uses_dnf() ? "dnf install -y kernel-devel-" + release
                                : "apt-get install -y linux-headers-" + release;
}

// What builds the module where DKMS thinks that it has: autoinstall does nothing then.
std::string InstallByForce(const Host& host) {
  constexpr std::string_view kSource = "nft_rtpengine-";
  std::string version = "VERSION";
  for (const std::string& name : host.ListDirectory("/usr/src")) {
    if (name.rfind(kSource, 0) == 0) version = name.substr(kSource.size());
  }
  return base::StrCat("dkms install --force ", kModule, "/", version, " -k ", host.KernelRelease());
}

bool NotWanted(const Examination& examination) {
  return examination.mediad() != nullptr && examination.table() < 0;
}

Finding UserSpaceOnly() { return Skipped("the configuration has table = -1: user space"); }

}  // namespace

Finding CheckKernelHeaders(const Examination& examination) {
  if (NotWanted(examination)) return UserSpaceOnly();
  const Host& host = examination.host();
  if (host.Exists(HeadersDirectory(host) + "/Makefile")) {
    return Good("those of " + host.KernelRelease() + " are installed");
  }
  return {.verdict = Verdict::kWarning,
          .what = "no headers of the running kernel, " + host.KernelRelease(),
          .why = "The module cannot be built for it. After an update of the kernel the new headers are there, the old "
                 "kernel still runs: then a reboot is what is missing.",
          .fix = InstallHeaders(examination) + "\ndkms autoinstall -k " + host.KernelRelease()};
}

Finding CheckModuleBuilt(const Examination& examination) {
  if (NotWanted(examination)) return UserSpaceOnly();
  const Host& host = examination.host();
  const Output found = host.Run({"modinfo", "-F", "vermagic", kModule});
  if (found.status == -1) return Skipped("there is no program modinfo (package kmod)");
  const std::string release = host.KernelRelease();
  const std::string build = "dkms autoinstall -k " + release + "\ndepmod -a";
  if (found.status != 0) {
    return {.verdict = Verdict::kWarning,
            .what = base::StrCat("there is no ", kModule, " for kernel ", release),
            .why = kUserSpaceWhy,
            .fix = base::StrCat(examination.uses_dnf() ? "dnf" : "apt-get", " install -y rtpengine-dkms\n", build)};
  }
  const std::string magic(base::Trim(found.text));
  if (magic.substr(0, magic.find(' ')) != release) {
    return {.verdict = Verdict::kWarning,
            .what = base::StrCat("it is built for ", magic.substr(0, magic.find(' ')), ", not for ", release),
            .why = "The kernel refuses it (Exec format error), unless every symbol that it needs is the same there.",
            .fix = base::StrCat(InstallByForce(host), "\nmodprobe ", kModule)};
  }
  return Good("built for " + release);
}

Finding CheckModuleSigned(const Examination& examination) {
  if (NotWanted(examination)) return UserSpaceOnly();
  const Host& host = examination.host();
  const std::string state =
      host.ReadFile("/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c").value_or("");
  // Four octets of attributes, then the value.
  const bool secure_boot = state.size() >= 5 && state[4] == 1;
  const bool enforced = host.ReadFile("/sys/module/module/parameters/sig_enforce").value_or("N").rfind('Y', 0) == 0;
  if (!secure_boot && !enforced) return Good("the kernel asks for no signature");
  if (ModuleField(host, "vermagic").empty()) return Skipped("there is no module");
  const std::string signer = ModuleField(host, "signer");
  if (!signer.empty()) return Good("signed by " + signer + "; that key has to be enrolled (mokutil --list-enrolled)");
  return {.verdict = Verdict::kWarning,
          .what = base::StrCat(secure_boot ? "Secure Boot is on" : "the kernel takes signed modules only",
                               " and the module has no signature"),
          .why = "The kernel refuses it (Key was rejected by service, Operation not permitted).",
          .fix = "mokutil --import /var/lib/dkms/mok.pub   # then reboot and confirm; docs/kernel.md, Secure Boot\n"
                 + InstallByForce(host)};
}

Finding CheckModuleLoaded(const Examination& examination) {
  if (NotWanted(examination)) return UserSpaceOnly();
  const Host& host = examination.host();
  if (IsLoaded(host, kModule)) {
    const std::string version =
        host.ReadFile(base::StrCat("/sys/module/", kModule, "/version")).value_or("");
    return Good(base::StrCat("loaded", version.empty() ? "" : ", version ", std::string(base::Trim(version))));
  }
  Finding finding = {.verdict = Verdict::kWarning,
                     .what = base::StrCat(kModule, " is not loaded"),
                     .why = kUserSpaceWhy,
                     .fix = base::StrCat("modprobe ", kModule)};
  if (!ModuleField(host, "vermagic").empty()) finding.repairs = {{"modprobe", kModule}};
  return finding;
}

Finding CheckOtherModules(const Examination& examination) {
  const Host& host = examination.host();
  const auto is_ours = [](const std::string& author) { return author.find(kAuthor) != std::string::npos; };
  const std::string author = IsLoaded(host, kModule) ? ModuleField(host, "author") : std::string();
  const bool foreign = !author.empty() && !is_ours(author);
  const bool legacy =
      !foreign && IsLoaded(host, kExtension) && !is_ours(ModuleField(host, "author", kExtension));
  if (!legacy && !foreign) return Good("none");
  return {.verdict = Verdict::kFailure,
          .what = legacy ? "xt_RTPENGINE of another rtpengine is loaded"
                         : "the nft_rtpengine that is installed is another's: " + author,
          .why = "Our media worker cannot use it, and both at once take each other's packets.",
          .fix = base::StrCat("rmmod ",
                              legacy ? kExtension : kModule, "\nmodprobe ", kModule)};
}

Finding CheckProcTree(const Examination& examination) {
  if (NotWanted(examination)) return UserSpaceOnly();
  const Host& host = examination.host();
  if (!IsLoaded(host, kModule)) return Skipped("the module is not loaded");
  if (!host.Exists("/proc/rtpengine/control")) {
    return {.verdict = Verdict::kFailure,
            .what = "the module is loaded, /proc/rtpengine is not there",
            .why = "It is another module of the same name, or /proc is hidden from this program (a container).",
            .fix = "modinfo nft_rtpengine | head"};
  }
  if (const std::string none = examination.NoWorker(); !none.empty()) return Good("there; " + none);
  const std::string table = base::StrCat("/proc/rtpengine/", examination.table());
  if (host.Exists(table)) return Good(table + " is there");
  return {.verdict = Verdict::kWarning,
          .what = "the worker runs and has no table: " + table + " is not there",
          .why = kUserSpaceWhy,
          .fix = base::StrCat("rtpctl workers show ", examination.mediad()->String("worker-name"),
                              "   # its capability offload says why\nsystemctl restart rtpengine-mediad")};
}

}  // namespace rtpctl::doctor
