// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_DATA_SAMPLES_H
#define TENON_RUNTIME_DATA_SAMPLES_H

#include <tenon/error.h>
#include <tenon/samples.h>

namespace tenon::data {

/// The samples at these indices, as samples of their own.
std::shared_ptr<const Samples> chosen(std::shared_ptr<const Samples> samples, std::vector<int64_t> indices);

/// Throws what use(sample) throws for the first of the samples it does not take, with the sample's name before it;
/// `error`, which all of them together gave, when it takes each alone.
[[noreturn]] void blameSample(const Samples &samples, std::span<const int64_t> indices, const Error &error,
                              const std::function<void(const Dataset &)> &use);

} // namespace tenon::data
#endif // TENON_RUNTIME_DATA_SAMPLES_H
