// SPDX-License-Identifier: Apache-2.0
// Python's format fields in file names.
#pragma once
#include <tenon/callback.h>

namespace tenon::facade {

/// The pattern with its fields filled in as Python's str.format does: {name} or {name:spec}, the names being "epoch",
/// "batch" and the logs', the specs those of whole numbers (d, 02d) and of others (f, e, g, % with a precision); {{ and
/// }} are braces. An Error that starts with `caller` when a field has no value or is not understood.
std::string formatPath(const std::string &pattern, const std::map<std::string, int64_t> &counts, const Logs &logs,
                       const std::string &caller);

} // namespace tenon::facade
