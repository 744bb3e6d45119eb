// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_DATA_CLASSES_H
#define TENON_RUNTIME_DATA_CLASSES_H

#include <tenon/array.h>

namespace tenon::data {

/// The class of every sample: the position of the largest value where a target has several columns, otherwise the
/// value, which must be a whole number. Errors start with `what`.
std::vector<int64_t> classesOf(const Array &targets, const std::string &what);

} // namespace tenon::data
#endif // TENON_RUNTIME_DATA_CLASSES_H
