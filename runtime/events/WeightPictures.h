// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_EVENTS_WEIGHTPICTURES_H
#define TENON_RUNTIME_EVENTS_WEIGHTPICTURES_H

#include <tenon/array.h>

#include <optional>

namespace tenon::events {

/// A weight as pictures (count, height, width, channels), laid out as Keras does: a vector is a column, a matrix lies on
/// its long side, of a stack (height, width, kernels) each kernel is a picture; axes of size 1 do not count. Nothing for
/// more axes, unless the last one can be colours.
std::optional<Array> weightPictures(const Array &weight);

} // namespace tenon::events
#endif // TENON_RUNTIME_EVENTS_WEIGHTPICTURES_H
