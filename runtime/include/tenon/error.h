// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_ERROR_H
#define TENON_ERROR_H

#include <stdexcept>
#include <string>

namespace tenon {

/// Whose fault an error is; the numbers are tenon_status and the exit codes of the tools.
enum class Fault { Input = 1, Usage = 2, Tenon = 3 };

/// What every public function throws when it cannot do what it was asked. The message is one line that names the layer,
/// file, entry or option, says what was received and what was expected.
class Error : public std::runtime_error {
public:
  explicit Error(const std::string &message, Fault fault = Fault::Input) : std::runtime_error(message), fault_(fault) {}
  Fault fault() const noexcept { return fault_; }

private:
  Fault fault_;
};

} // namespace tenon
#endif // TENON_ERROR_H
