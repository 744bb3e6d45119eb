// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_DATA_PICKLE_H
#define TENON_RUNTIME_DATA_PICKLE_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::data {

/// The lists of integers in a pickled one-dimensional NumPy array of objects (protocols 2 to 5). Nothing is imported or
/// called: the few names such an array needs are known, any other, and any instruction it does not need, is an Error
/// that starts with `what`. No more numbers come out than the pickle has bytes.
std::vector<std::vector<int32_t>> unpickleLists(std::string_view pickle, const std::string &what);

} // namespace tenon::data
#endif // TENON_RUNTIME_DATA_PICKLE_H
