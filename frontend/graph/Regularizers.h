// SPDX-License-Identifier: Apache-2.0
// What stands behind Regularizer.
#pragma once
#include "frontend/graph/Expression.h"
#include "nlohmann/json_fwd.hpp"
#include <tenon/regularizers.h>

namespace tenon::graph {
using Json = nlohmann::ordered_json;

/// Keras's three penalties, which are all l1 * sum |w| + l2 * sum w^2.
class RegularizerNode {
public:
  /// An Error for a name that is not Keras's, or a factor below 0; `factors` by option name, others keep Keras's
  /// defaults.
  RegularizerNode(const std::string &className, const Json &factors);
  /// A scalar.
  Expression penalty(Expression w) const;
  /// Keras's {module, class_name, config, registered_name}.
  Json json() const;
  friend bool operator==(const RegularizerNode &, const RegularizerNode &) = default;

private:
  std::string className;
  double l1 = 0, l2 = 0;
};

/// From Keras's object or name; null gives none. An Error saying what is not understood.
Regularizer regularizerFromJson(const Json &json);

} // namespace tenon::graph
