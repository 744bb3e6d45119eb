// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "frontend/graph/Random.h"
#include <tenon/array.h>

namespace tenon::graph {

/// Fills a weight of two dimensions or more, all but the last taken as rows, with orthonormal columns (or rows, where there
/// are fewer of them) times `gain`: the Q of a matrix of normal numbers. An Error for fewer dimensions.
void fillOrthogonal(RandomStream &stream, double gain, Array &array);

} // namespace tenon::graph
