// SPDX-License-Identifier: Apache-2.0
// What `tenon layers` says of layers' arguments.
#include "frontend/graph/LayerTable.h"
#include <map>

namespace tenon::graph {

std::string kerasSignature(const LayerClass &layer) {
  std::string text;
  for (const LayerArgument &argument : layer.arguments)
    text += (text.empty() ? "" : ", ") + argument.name +
            (argument.kerasDefault.empty() ? "" : "=" + argument.kerasDefault);
  return layer.name + "(" + text + ")";
}

static std::string cppName(const std::string &name) {
  std::string text;
  for (size_t i = 0; i < name.size(); ++i)
    text += name[i] == '_' && i + 1 < name.size() ? static_cast<char>(std::toupper(name[++i])) : name[i];
  return text;
}

std::string cppSignature(const LayerClass &layer) {
  std::string text;
  for (const LayerArgument &argument : layer.arguments)
    if (!argument.fixed)
      text += (text.empty() ? "." : ", .") + cppName(argument.name) +
              (argument.cppDefault.empty() ? "" : " = " + argument.cppDefault);
  if (layer.name == "InputLayer") // a function: the shape is an argument of its own
    return "Input(shape, {" + text.substr(text.find(", ") + 2) + "})";
  return layer.name + "({" + text + "})";
}

std::string argumentMeaning(const std::string &name) {
  static const std::map<std::string, std::string> meanings = {
      {"activation", "what each result goes through at the end, by name"},
      {"activity_regularizer", "penalty on the results, divided by the batch size, in the total loss"},
      {"axes", "the axis over which products are summed, or a pair with each input's"},
      {"axis", "the axis it works along; negative ones count from the last"},
      {"batch_shape", "the shape with the batch, None where a size is known only at run time"},
      {"batch_size", "a batch size that never changes"},
      {"beta_constraint", "what beta is projected to after each update"},
      {"beta_initializer", "what beta holds at first"},
      {"beta_regularizer", "penalty on beta in the total loss"},
      {"bias_constraint", "what the bias is projected to after each update"},
      {"bias_initializer", "what the bias holds at first"},
      {"bias_regularizer", "penalty on the bias in the total loss"},
      {"center", "is there a beta, added at the end?"},
      {"data_format", "'channels_last': (batch, spatial.., channels), or 'channels_first'"},
      {"depth_multiplier", "filters of each input channel"},
      {"depthwise_constraint", "what the depthwise kernel is projected to after each update"},
      {"depthwise_initializer", "what the depthwise kernel holds at first"},
      {"depthwise_regularizer", "penalty on the depthwise kernel in the total loss"},
      {"dilation_rate", "distance of a window's elements; above 1 only with strides of 1"},
      {"dropout", "share of the input that is dropped in training, the same at every step"},
      {"dtype", "element type of the input: 'float32', 'int32' or 'int64'"},
      {"embeddings_constraint", "what the table is projected to after each update"},
      {"embeddings_initializer", "what the table holds at first"},
      {"embeddings_regularizer", "penalty on the table in the total loss"},
      {"epsilon", "added to the variance"},
      {"filters", "output channels"},
      {"gamma_constraint", "what gamma is projected to after each update"},
      {"gamma_initializer", "what gamma holds at first"},
      {"gamma_regularizer", "penalty on gamma in the total loss"},
      {"go_backwards", "read the sequence from its end; the outputs are in that order too"},
      {"groups", "filters see only their group's share of the input channels"},
      {"input_dim", "rows of the table: the largest index and one more"},
      {"input_length", "taken with a warning and not looked at: the input has its length"},
      {"keepdims", "keep the reduced axes with size 1"},
      {"kernel_constraint", "what the kernel is projected to after each update"},
      {"kernel_initializer", "what the kernel holds at first"},
      {"kernel_regularizer", "penalty on the kernel in the total loss"},
      {"kernel_size", "the window: one size for all axes or one per axis"},
      {"mask_zero", "index 0 is padding: later layers leave these steps out"},
      {"max_value", "larger results are cut to it"},
      {"momentum", "what a batch leaves of the moving statistics"},
      {"moving_mean_initializer", "what the moving mean holds at first"},
      {"moving_variance_initializer", "what the moving variance holds at first"},
      {"name", "the layer's name; automatic when none is given"},
      {"negative_slope", "slope below the threshold"},
      {"noise_shape", "shape of the random mask: 1 along axes that are dropped together, None for the input's size"},
      {"normalize", "divide each input by its norm along the axis before"},
      {"offset", "added at the end"},
      {"optional", "may the input be left out?"},
      {"output_dim", "length of a row"},
      {"padding", "zeros around the input: 'valid' or 'same', 'causal' over time alone; or how many"},
      {"pointwise_constraint", "what the pointwise kernel is projected to after each update"},
      {"pointwise_initializer", "what the pointwise kernel holds at first"},
      {"pointwise_regularizer", "penalty on the pointwise kernel in the total loss"},
      {"pool_size", "the window: one size for all axes or one per axis"},
      {"quantization_config", "quantised weights"},
      {"rate", "share of the elements that is dropped"},
      {"recurrent_activation", "what the gates go through, by name"},
      {"recurrent_constraint", "what the recurrent kernel is projected to after each update"},
      {"recurrent_dropout", "share of the state that is dropped in training, the same at every step"},
      {"recurrent_initializer", "what the recurrent kernel holds at first"},
      {"recurrent_regularizer", "penalty on the recurrent kernel in the total loss"},
      {"renorm", "batch renormalisation: training is corrected towards what inference does"},
      {"renorm_clipping", "bounds of its corrections: rmax, rmin and dmax"},
      {"renorm_momentum", "what a batch leaves of its statistics"},
      {"return_sequences", "the output at every step, not at the last one alone"},
      {"return_state", "the last output and the last cell state as two more results"},
      {"scale", "is there a gamma, the factor of the normalised values? (Rescaling: the factor)"},
      {"seed", "makes random numbers the same in every run"},
      {"shape", "the shape without the batch, None where a size is known only at run time"},
      {"sparse", "sparse input"},
      {"stateful", "start from the last batch's state"},
      {"strides", "steps of the window; None: the pool size"},
      {"synchronized", "statistics over the batches of all devices; there is one"},
      {"target_shape", "the shape without the batch; one -1 stands for what is left"},
      {"threshold", "values up to it are not passed"},
      {"trainable", "may training change the weights?"},
      {"unit_forget_bias", "the forget gate's bias starts at 1"},
      {"units", "size of the last axis of the result"},
      {"unroll", "taken and not looked at: it changes no result"},
      {"use_cudnn", "taken and not looked at: it changes no result"},
      {"use_bias", "is a bias added?"},
      {"weights", "what the table holds at first, in place of embeddings_initializer"},
      {"zero_output_for_mask", "zeros where a step is masked, not the output before it"},
  };
  auto found = meanings.find(name);
  return found == meanings.end() ? "" : found->second;
}

} // namespace tenon::graph
