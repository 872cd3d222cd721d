// The command line as a whole: options of every sub-command, and the tree of sub-commands.
#include "proto/runtime/version.h"
#include "tools/rtpctl/commands/commands.h"

namespace rtpctl {
namespace {

void AddGlobalOptions(CLI::App* app, Session* session) {
  GlobalOptions& options = session->options();
  app->add_option("--target", options.target, "The daemon: unix:/path or address:port")
      ->envname("RTPCTL_TARGET")
      ->capture_default_str();
  app->add_option("--tls-cert", options.tls.certificate, "Certificate of rtpctl (PEM), for TCP");
  app->add_option("--tls-key", options.tls.key, "Its private key (PEM)");
  app->add_option("--tls-ca", options.tls.authority, "Authority of the daemon's certificate (PEM)");
  app->add_flag("--insecure", options.tls.insecure,
                "TCP without TLS: anybody in between reads and changes it");
  app->add_option("--timeout", options.timeout_s, "Seconds to wait for an answer")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  app->add_flag("--json", options.json, "JSON for scripts instead of text");
}

// A sub-command that is nothing without one of its own.
CLI::App* AddGroup(CLI::App* app, const char* name, const char* description) {
  CLI::App* group = app->add_subcommand(name, description);
  group->require_subcommand(1);
  return group;
}

}  // namespace

void BuildCommandLine(CLI::App* app, Session* session) {
  app->name("rtpctl");
  app->description("rtpctl: looks after rtpengine-controld and rtpengine-mediad");
  app->set_version_flag("--version", std::string("rtpctl ") + runtime::Version());
  app->require_subcommand(1);
  app->fallthrough();  // options of rtpctl may stand behind the sub-command; inherited by
                       // sub-commands
  AddGlobalOptions(app, session);
  app->footer(
      "Examples:\n"
      "  rtpctl status\n"
      "  rtpctl calls list --limit 20\n"
      "  rtpctl calls explain CALL-ID\n"
      "  rtpctl top\n"
      "  rtpctl doctor\n"
      "  rtpctl --target unix:/run/rtpengine/mediad.sock status\n"
      "\n"
      "Exit status: 0 done; 1 the daemon said no, or there is no such thing; 2 wrong usage;\n"
      "3 the daemon cannot be reached or does not answer in time.");
  AddStatus(app, session);
  CLI::App* workers = AddGroup(app, "workers", "The media workers of a controller");
  workers->footer("Example:\n  rtpctl workers list");
  AddWorkersList(workers, session);
  AddWorkersShow(workers, session);
  AddWorkersDrain(workers, session);
  CLI::App* calls = AddGroup(app, "calls", "The calls of a controller");
  calls->footer("Example:\n  rtpctl calls list --contains @example.com");
  AddCallsList(calls, session);
  AddCallsShow(calls, session);
  AddCallsExplain(calls, session);
  AddCallsDelete(calls, session);
  AddCallsDebug(calls, session);
  CLI::App* offload = AddGroup(app, "offload", "Streams that the kernel forwards");
  offload->footer("Example:\n  rtpctl offload list");
  AddOffload(offload, session);
  CLI::App* kmod = AddGroup(app, "kmod", "The kernel module; no daemon is asked");
  kmod->footer("Example:\n  rtpctl kmod status");
  AddKmod(kmod, session);
  AddStats(app, session);
  AddTop(app, session);
  AddLogLevel(app, session);
  AddCli(app, session);
  CLI::App* ng = AddGroup(app, "ng", "What the flags of NG mean; no daemon is asked");
  ng->footer("Example:\n  rtpctl ng lint 'trust-address ICE=remove'");
  AddNg(ng, session);
  AddDoctor(app, session);
  AddMigrate(app, session);
  CLI::App* nft = AddGroup(app, "nft", "mediad's rules in nftables, on this host; no daemon is asked");
  nft->footer("Example:\n  rtpctl nft check");
  AddNft(nft, session);
  AddVersion(app, session);
  AddCompletion(app, session, app);
}

}  // namespace rtpctl
