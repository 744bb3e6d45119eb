// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/ModelNode.h"
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <regex>
#include <set>

namespace tenon::graph {

namespace {

std::string withCommas(int64_t number) {
  std::string digits = std::to_string(number);
  for (int64_t i = static_cast<int64_t>(digits.size()) - 3; i > 0; i -= 3)
    digits.insert(i, ",");
  return digits;
}

// "13.54 KB", as Keras: two decimals, units of 1024.
std::string memoryText(int64_t bytes) {
  const char *units[] = {"B", "KB", "MB", "GB", "TB", "PB"};
  double size = static_cast<double>(bytes);
  size_t unit = 0;
  for (; size >= 1024 && unit + 1 < std::size(units); ++unit)
    size /= 1024;
  char text[32];
  std::snprintf(text, sizeof text, "%.2f %s", size, units[unit]);
  return text;
}

// Columns on the screen: code points, of which the tables use only narrow ones.
size_t widthOf(const std::string &text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}
std::string repeat(const char *text, size_t count) {
  std::string out;
  while (count-- > 0)
    out += text;
  return out;
}
std::string firstColumns(const std::string &text, size_t width) {
  size_t end = 0;
  for (size_t seen = 0; end < text.size(); ++end)
    if ((static_cast<unsigned char>(text[end]) & 0xC0) != 0x80 && seen++ == width)
      break;
  return text.substr(0, end);
}

struct Row {
  std::string name, type, shape;
  int64_t params;
  std::vector<std::string> parents;
  std::string trainable;
  bool built;
};

class Report {
public:
  Report(const ModelNode &model, const SummaryOptions &options) : model(model), options(options) {
    if (model.isSequential()) {
      chain = true;
    } else {
      const Network &network = model.network();
      for (const auto &layer : network.layers)
        for (const auto &call : layer->calls())
          if (std::find(network.calls.begin(), network.calls.end(), call) != network.calls.end()) {
            calls[layer.get()].push_back(call);
            numbers[call.get()] = static_cast<int>(calls[layer.get()].size()) - 1;
          }
      chain = isChain(network);
    }
    auto [first, last] = rangeOf(model.layers());
    for (size_t i = first; i < last; ++i)
      addRows(*model.layers()[i], 0);
  }

  std::string keras3() const;
  std::string keras2() const;
  std::vector<size_t> cellWidths(const std::vector<double> &positions, int64_t width) const;
  /// The options' column ends, or the style's.
  std::vector<double> positionsOr(std::vector<double> own) const {
    if (options.positions.empty())
      return own;
    if (options.positions.size() != own.size())
      throw Error(model.name() + ": summary has " + std::to_string(own.size()) + " columns, got " +
                      std::to_string(options.positions.size()) + " positions",
                  Fault::Usage);
    return options.positions;
  }

private:
  // [first, last) of the layers to show; Keras turns a range round that ends before it begins.
  std::pair<size_t, size_t> rangeOf(const std::vector<std::shared_ptr<LayerNode>> &layers) const {
    if (options.layerRange.empty())
      return {0, layers.size()};
    if (options.layerRange.size() != 2)
      throw Error(model.name() + ": expected a layerRange of two names, got " + std::to_string(options.layerRange.size()),
                  Fault::Usage);
    auto matches = [&](const std::string &pattern) {
      std::vector<size_t> found;
      try {
        const std::regex regex(pattern);
        for (size_t i = 0; i < layers.size(); ++i)
          if (std::regex_search(layers[i]->name(), regex, std::regex_constants::match_continuous))
            found.push_back(i);
      } catch (const std::regex_error &) {
        throw Error(model.name() + ": layerRange: '" + pattern + "' is no regular expression", Fault::Usage);
      }
      if (found.empty())
        throw Error(model.name() + ": layerRange: no layer's name matches '" + pattern + "'", Fault::Usage);
      return found;
    };
    std::vector<size_t> from = matches(options.layerRange[0]), to = matches(options.layerRange[1]);
    if (from.front() > to.back())
      return {to.front(), from.back() + 1};
    return {from.front(), to.back() + 1};
  }

  // One call after the other, each of a layer of its own.
  bool isChain(const Network &network) const {
    if (network.calls.size() != network.layers.size() || network.inputs.size() != 1)
      return false;
    for (size_t i = 1; i < network.calls.size(); ++i)
      if (network.calls[i]->inputs.size() != 1 || network.calls[i]->inputs[0].call() != network.calls[i - 1])
        return false;
    return true;
  }

  static std::string shapes(const LayerNode &layer) {
    auto made = layer.calls();
    std::vector<TensorSpec> specs = made.empty() ? std::vector<TensorSpec>() : made.back()->outputs;
    if (specs.empty())
      return "?";
    std::string out;
    for (const TensorSpec &spec : specs)
      out += (out.empty() ? "" : ", ") + shapeText(spec.shape);
    return specs.size() == 1 ? out : "[" + out + "]";
  }

  void addRows(const LayerNode &layer, int level) {
    std::vector<NamedWeight> weights;
    layer.collectWeights("", weights);
    std::set<const Weight *> seen;
    int64_t params = 0;
    for (const NamedWeight &weight : weights)
      if (seen.insert(weight.weight.get()).second)
        params += weight.weight->value.size();
    Row row{(level ? repeat("   ", level) + "└ " : "") + layer.name(),
            layer.className(),
            shapes(layer),
            params,
            {},
            "-",
            layer.built()};
    if (auto found = calls.find(&layer); found != calls.end() && level == 0)
      for (const auto &call : found->second)
        for (const Tensor &input : call->inputs)
          row.parents.push_back(input.name() + "[" + std::to_string(numbers.at(input.call().get())) + "][" +
                                std::to_string(input.index()) + "]");
    if (!weights.empty())
      row.trainable = layer.trainable() ? "Y" : "N";
    rows.push_back(std::move(row));
    if (auto *inner = dynamic_cast<const ModelNode *>(&layer); inner && options.expandNested)
      for (const auto &child : inner->layers())
        addRows(*child, level + 1);
  }

  const ModelNode &model;
  const SummaryOptions &options;
  bool chain = false;
  std::map<const LayerNode *, std::vector<std::shared_ptr<Call>>> calls;
  std::map<const Call *, int> numbers;
  std::vector<Row> rows;
};

struct Counts {
  int64_t trainable = 0, fixed = 0;
  int64_t trainableBytes = 0, fixedBytes = 0;
  explicit Counts(const ModelNode &model) {
    for (const NamedWeight &weight : namedWeights(model)) {
      (weight.trainable ? trainable : fixed) += weight.weight->value.size();
      (weight.trainable ? trainableBytes : fixedBytes) += static_cast<int64_t>(weight.weight->value.bytes());
    }
  }
};

// A cell's lines: words go to the next line when they do not fit, a word wider than the cell ends in an ellipsis.
std::vector<std::string> wrap(const std::string &text, size_t width) {
  std::vector<std::string> lines(1);
  size_t begin = 0;
  // Leading blanks (nesting) stay with the first word.
  size_t from = text.find_first_not_of(' ');
  while (begin < text.size()) {
    size_t end = text.find(' ', std::max(begin, begin == 0 && from != std::string::npos ? from : begin));
    std::string word = text.substr(begin, end == std::string::npos ? std::string::npos : end - begin);
    begin = end == std::string::npos ? text.size() : end + 1;
    if (!lines.back().empty() && widthOf(lines.back()) + 1 + widthOf(word) <= width) {
      lines.back() += " " + word;
      continue;
    }
    if (!lines.back().empty())
      lines.emplace_back();
    lines.back() = widthOf(word) > width ? firstColumns(word, width - 1) + "…" : word;
  }
  return lines;
}

enum class Align { Left, Right, Center };

std::string aligned(const std::string &text, size_t width, Align align) {
  size_t space = width - std::min(width, widthOf(text));
  size_t before = align == Align::Left ? 0 : align == Align::Right ? space : space / 2;
  return std::string(before, ' ') + text + std::string(space - before, ' ');
}

struct Table {
  std::vector<size_t> widths; // of the cells' text
  std::vector<Align> aligns;
  std::string text;

  void rule(const char *left, const char *line, const char *cross, const char *right) {
    text += left;
    for (size_t i = 0; i < widths.size(); ++i)
      text += (i ? cross : "") + repeat(line, widths[i] + 2);
    text += std::string(right) + "\n";
  }
  void row(const std::vector<std::string> &cells, const char *bar) {
    std::vector<std::vector<std::string>> lines;
    size_t height = 1;
    for (size_t i = 0; i < cells.size(); ++i) {
      lines.push_back(wrap(cells[i], widths[i]));
      height = std::max(height, lines.back().size());
    }
    for (size_t line = 0; line < height; ++line) {
      text += bar;
      for (size_t i = 0; i < cells.size(); ++i)
        text += " " + aligned(line < lines[i].size() ? lines[i][line] : "", widths[i], aligns[i]) + " " + bar;
      text += "\n";
    }
  }
};

// Keras gives each column its share of the line without counting blanks and bars; what that is too much is then taken
// from the columns in equal parts, rounded half to even from the left, as its table printer does.
std::vector<size_t> Report::cellWidths(const std::vector<double> &positions, int64_t width) const {
  std::vector<size_t> widths;
  int64_t current = 0, columns = static_cast<int64_t>(positions.size());
  for (double position : positions) {
    int64_t share = static_cast<int64_t>(position * static_cast<double>(width)) - current;
    if (share < 4)
      throw Error(model.name() + ": summary needs a wider line than " + std::to_string(width) + " columns");
    widths.push_back(share);
    current += share;
  }
  int64_t excess = current + 3 * columns + 1 - width;
  for (int64_t i = 0; i < columns; ++i) {
    int64_t part = std::nearbyint(static_cast<double>(excess) / static_cast<double>(columns - i));
    widths[i] -= std::min<int64_t>(part, widths[i] - 1);
    excess -= part;
  }
  return widths;
}

std::string Report::keras3() const {
  std::vector<double> positions = positionsOr(chain ? std::vector{0.45, 0.80, 1.0} : std::vector{0.3, 0.56, 0.74, 1.0});
  std::vector<std::string> header = {"Layer (type)", "Output Shape", "Param #"};
  Table table{{}, {Align::Left, Align::Left, Align::Right}, {}};
  if (!chain) {
    header.push_back("Connected to");
    table.aligns.push_back(Align::Left);
  }
  int64_t width = chain ? 88 : 108;
  if (options.showTrainable) {
    width += 12;
    for (double &position : positions)
      position *= 0.90;
    positions.push_back(1.0);
    header.push_back("Trainable");
    table.aligns.push_back(Align::Center);
  }
  if (options.lineLength > 0)
    width = options.lineLength;
  table.widths = cellWidths(positions, width);

  table.text = "Model: \"" + model.name() + "\"\n";
  table.rule("┏", "━", "┳", "┓");
  table.row(header, "┃");
  table.rule("┡", "━", "╇", "┩");
  for (size_t i = 0; i < rows.size(); ++i) {
    const Row &row = rows[i];
    std::vector<std::string> cells = {row.name + " (" + row.type + ")", row.shape,
                                      withCommas(row.params) + (row.built ? "" : " (unbuilt)")};
    if (!chain) {
      std::string parents;
      for (const std::string &parent : row.parents)
        parents += (parents.empty() ? "" : ", ") + parent;
      cells.push_back(parents.empty() ? "-" : parents);
    }
    if (options.showTrainable)
      cells.push_back(row.trainable);
    if (i)
      table.rule("├", "─", "┼", "┤");
    table.row(cells, "│");
  }
  table.rule("└", "─", "┴", "┘");
  Counts counts(model);
  auto line = [&](const char *what, int64_t count, int64_t bytes) {
    table.text += std::string(" ") + what + ": " + withCommas(count) + " (" + memoryText(bytes) + ")\n";
  };
  OptimizerSize optimizer = model.optimizerSize ? model.optimizerSize() : OptimizerSize();
  line("Total params", counts.trainable + counts.fixed + optimizer.elements,
       counts.trainableBytes + counts.fixedBytes + optimizer.bytes);
  line("Trainable params", counts.trainable, counts.trainableBytes);
  line("Non-trainable params", counts.fixed, counts.fixedBytes);
  if (optimizer.elements)
    line("Optimizer params", optimizer.elements, optimizer.bytes);
  return table.text;
}

std::string Report::keras2() const {
  size_t length = options.lineLength > 0 ? options.lineLength : chain ? 65 : 98;
  std::vector<double> positions = positionsOr(chain ? std::vector{0.45, 0.85, 1.0} : std::vector{0.33, 0.55, 0.67, 1.0});
  std::string text;
  auto line = [&](const std::vector<std::string> &fields) {
    std::string out;
    for (size_t i = 0; i < fields.size(); ++i) {
      if (i && !out.empty())
        out = firstColumns(out, widthOf(out) - 1) + ' ';
      size_t end = static_cast<size_t>(static_cast<double>(length) * positions[i]);
      out = firstColumns(out + fields[i], end);
      out += std::string(end - widthOf(out), ' ');
    }
    text += out + "\n";
  };
  text = "Model: \"" + model.name() + "\"\n" + std::string(length, '_') + "\n";
  std::vector<std::string> header = {"Layer (type)", "Output Shape", "Param #"};
  if (!chain)
    header.push_back("Connected to");
  line(header);
  text += std::string(length, '=') + "\n";
  for (size_t i = 0; i < rows.size(); ++i) {
    const Row &row = rows[i];
    std::vector<std::string> fields = {row.name + " (" + row.type + ")", row.shape, std::to_string(row.params)};
    if (!chain)
      fields.push_back(row.parents.empty() ? "" : row.parents[0]);
    line(fields);
    for (size_t parent = 1; !chain && parent < row.parents.size(); ++parent)
      line({"", "", "", row.parents[parent]});
    text += std::string(length, i + 1 == rows.size() ? '=' : '_') + "\n";
  }
  Counts counts(model);
  text += "Total params: " + withCommas(counts.trainable + counts.fixed) + "\n";
  text += "Trainable params: " + withCommas(counts.trainable) + "\n";
  text += "Non-trainable params: " + withCommas(counts.fixed) + "\n" + std::string(length, '_') + "\n";
  return text;
}

} // namespace

} // namespace tenon::graph

namespace tenon {

std::string Model::summaryText(SummaryOptions options) const {
  graph::Report report(model(), options);
  if (options.style == "keras2")
    return report.keras2();
  if (options.style != "keras3")
    throw Error(name() + ": expected summary style \"keras3\" or \"keras2\", got \"" + options.style + "\"");
  return report.keras3();
}

} // namespace tenon
