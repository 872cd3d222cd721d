// What the worker stream needs from the media plane: relay::Engine, seen through a seam that tests
// can fill.
//
// Thread-safe. Callbacks come on any thread, exactly once, perhaps before the call returns.
#pragma once

#include <functional>

#include "mediad/relay/engine.h"
#include "rtpengine/v1/worker.pb.h"

namespace mediad::rpc {

class MediaPlane {
 public:
  using ResultCallback = std::function<void(rtpengine::v1::CommandResult)>;

  virtual ~MediaPlane() = default;
  virtual void Apply(rtpengine::v1::ApplySession command, ResultCallback done) = 0;
  virtual void Delete(rtpengine::v1::DeleteSession command, ResultCallback done) = 0;
  virtual void Query(rtpengine::v1::QuerySession command, ResultCallback done) = 0;
  virtual void List(rtpengine::v1::ListSessions command, ResultCallback done) = 0;
  virtual void SetDraining(bool draining) = 0;
  virtual bool draining() const = 0;
  virtual void SetAttached(bool attached) = 0;
  virtual relay::EngineTotals Totals() const = 0;
};

// The real one. The engine outlives it.
class EnginePlane final : public MediaPlane {
 public:
  explicit EnginePlane(relay::Engine& engine) : engine_(engine) {}

  void Apply(rtpengine::v1::ApplySession command, ResultCallback done) override {
    engine_.Apply(std::move(command), std::move(done));
  }
  void Delete(rtpengine::v1::DeleteSession command, ResultCallback done) override {
    engine_.Delete(std::move(command), std::move(done));
  }
  void Query(rtpengine::v1::QuerySession command, ResultCallback done) override {
    engine_.Query(std::move(command), std::move(done));
  }
  void List(rtpengine::v1::ListSessions command, ResultCallback done) override {
    engine_.List(std::move(command), std::move(done));
  }
  void SetDraining(bool draining) override { engine_.SetDraining(draining); }
  bool draining() const override { return engine_.draining(); }
  void SetAttached(bool attached) override { engine_.SetAttached(attached); }
  relay::EngineTotals Totals() const override { return engine_.Totals(); }

 private:
  relay::Engine& engine_;
};

}  // namespace mediad::rpc
