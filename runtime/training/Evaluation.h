// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_TRAINING_EVALUATION_H
#define TENON_RUNTIME_TRAINING_EVALUATION_H

#include "runtime/data/BatchFeeder.h"
#include "runtime/training/Interrupt.h"

#include <tenon/trainer.h>

namespace tenon {

/// Calls a hook of every callback, in order.
template <typename Hook> void each(const Callbacks &callbacks, Hook &&hook) {
  for (auto &callback : callbacks)
    hook(callback);
}

bool wantBatchLogs(const Callbacks &callbacks);

/// Runs an entry that takes nothing and gives nothing.
void callPlain(Session &session, const char *entry);

/// The samples with the weights that an option gives; an Error that starts with `caller` when they have some already.
Dataset weighted(const Dataset &dataset, const Feed &weights, const char *caller);

/// Loss and metrics over `steps` batches (0: all), between the test hooks; nothing when `interrupt` notes a signal.
std::optional<Logs> evaluateBatches(TrainingContext &context, data::BatchFeeder &feeder, int64_t steps,
                                    const Callbacks &callbacks, int64_t stepsPerExecution,
                                    const InterruptGuard *interrupt = nullptr);

} // namespace tenon
#endif // TENON_RUNTIME_TRAINING_EVALUATION_H
