// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Create.h"
#include "ir/ShapeInference.h"
#include <tenon/error.h>

using namespace mlir;

namespace tenon::graph {

Operation *createInferred(OpBuilder &builder, OperationState &state, InferTypes infer) {
  std::string wrong;
  state.types.clear();
  {
    ScopedDiagnosticHandler handler(builder.getContext(), [&](Diagnostic &diagnostic) {
      wrong = diagnostic.str();
      return success();
    });
    if (succeeded(infer(builder.getContext(), state.location, state.operands,
                        state.attributes.getDictionary(builder.getContext()), state.getRawProperties(), state.regions,
                        state.types)))
      return builder.create(state);
  }
  throw Error(ir::layerName(state.location) + ": " + wrong);
}

} // namespace tenon::graph
