// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_INITIALIZERS_H
#define TENON_INITIALIZERS_H

#include <memory>
#include <optional>
#include <string>
#include <tenon/array.h>

namespace tenon {
namespace graph {
class InitializerNode;
} // namespace graph

/// What new weights hold. By Keras's name ("he_normal", "HeNormal") or as an object: HeNormal({.seed = 1}).
class Initializer {
public:
  /// An Error listing the known names when the name is unknown.
  Initializer(const std::string &name);
  Initializer(const char *name) : Initializer(std::string(name)) {}
  explicit Initializer(std::shared_ptr<const graph::InitializerNode> node) : node_(std::move(node)) {}
  /// New float32 weights. A given seed gives the same values at every call, otherwise every call continues the stream
  /// of setRandomSeed.
  Array operator()(const Shape &shape) const;
  const std::shared_ptr<const graph::InitializerNode> &node() const { return node_; }
  friend bool operator==(const Initializer &, const Initializer &);

private:
  std::shared_ptr<const graph::InitializerNode> node_;
};

struct SeedOptions {
  std::optional<int64_t> seed = std::nullopt;
  friend bool operator==(const SeedOptions &, const SeedOptions &) = default;
};
struct NormalOptions {
  double mean = 0.0;
  double stddev = 0.05;
  std::optional<int64_t> seed = std::nullopt;
  friend bool operator==(const NormalOptions &, const NormalOptions &) = default;
};
struct UniformOptions {
  double minval = -0.05;
  double maxval = 0.05;
  std::optional<int64_t> seed = std::nullopt;
  friend bool operator==(const UniformOptions &, const UniformOptions &) = default;
};
struct OrthogonalOptions {
  double gain = 1.0;
  std::optional<int64_t> seed = std::nullopt;
  friend bool operator==(const OrthogonalOptions &, const OrthogonalOptions &) = default;
};
struct ConstantOptions {
  double value = 0.0;
  friend bool operator==(const ConstantOptions &, const ConstantOptions &) = default;
};

/// All zeros.
Initializer Zeros();
/// All ones.
Initializer Ones();
/// All `value`.
Initializer Constant(ConstantOptions options);
/// Uniform in +-sqrt(6 / (fan in + fan out)).
Initializer GlorotUniform(SeedOptions options = {});
/// Normal of variance 2 / (fan in + fan out), cut at two standard deviations.
Initializer GlorotNormal(SeedOptions options = {});
/// Uniform in +-sqrt(6 / fan in).
Initializer HeUniform(SeedOptions options = {});
/// Normal of variance 2 / fan in, cut at two standard deviations.
Initializer HeNormal(SeedOptions options = {});
/// Orthonormal columns, or rows where there are fewer of them, times gain.
Initializer Orthogonal(OrthogonalOptions options = {});
Initializer RandomNormal(NormalOptions options = {});
Initializer RandomUniform(UniformOptions options = {});
/// Normal, values beyond two standard deviations drawn again.
Initializer TruncatedNormal(NormalOptions options = {});

} // namespace tenon
#endif // TENON_INITIALIZERS_H
