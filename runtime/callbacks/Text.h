// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_CALLBACKS_TEXT_H
#define TENON_RUNTIME_CALLBACKS_TEXT_H

#include <string>

namespace tenon {

/// A number as Python prints it: the shortest text that reads back as the same double ("0.1", "1e-05", "100000.0").
std::string pythonNumber(double number);

} // namespace tenon
#endif // TENON_RUNTIME_CALLBACKS_TEXT_H
