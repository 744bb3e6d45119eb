// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_TRAINING_CAPTURE_H
#define TENON_RUNTIME_TRAINING_CAPTURE_H

#include <tenon/session.h>
#include <tenon/state.h>

#include <vector>

namespace tenon {

/// Copies of the session's variables but those that are derived from others, by name; in the arrays of `spare`, a state
/// that is no longer needed, where it has them: fresh memory costs three times the copy.
State captureVariables(Session &session, State spare = {});
/// Puts them back; an Error that names the first one that is missing or has another shape or type leaves the session as
/// it was.
void restoreVariables(Session &session, const State &state);

/// Copies of what an evaluation changes, and back: the metrics' running sums and the state of stateful layers.
std::vector<Array> captureEvaluated(Session &session);
void restoreEvaluated(Session &session, const std::vector<Array> &copies);

} // namespace tenon
#endif // TENON_RUNTIME_TRAINING_CAPTURE_H
