// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/picture/Layout.h"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace tenon::picture {

size_t columnsOf(const std::string &text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

namespace {

constexpr double boxGap = 24, laneGap = 14, rowGap = 34, margin = 20, laneWidth = 4;

/// A box, or a place where an arrow passes through a row.
struct Node {
  int row = 0;
  double width = laneWidth, height = 0, x = 0; // x: the middle
  bool isLane = false;
  std::vector<size_t> up, down;
};

class Sugiyama {
public:
  explicit Sugiyama(const Diagram &diagram) : diagram(diagram) {
    for (const Box &box : diagram.boxes) {
      size_t columns = 0;
      for (const std::string &line : box.lines)
        columns = std::max(columns, columnsOf(line));
      Node node;
      node.width = static_cast<double>(columns) * columnWidth + 2 * padding;
      node.height = static_cast<double>(box.lines.size()) * lineHeight + 2 * padding - 2;
      nodes.push_back(node);
    }
  }

  Layout run() {
    chooseRows();
    addLanes();
    order();
    placeAcross();
    return placed();
  }

private:
  // The longest way from a source; a source stands right above the first that uses it.
  void chooseRows() {
    size_t count = nodes.size();
    std::vector<int> missing(count, 0);
    std::vector<std::vector<size_t>> next(count);
    for (const Arrow &arrow : diagram.arrows) {
      next[arrow.from].push_back(arrow.to);
      ++missing[arrow.to];
    }
    std::vector<size_t> ready, sorted;
    std::vector<bool> isSource(count);
    for (size_t i = 0; i < count; ++i)
      if ((isSource[i] = missing[i] == 0))
        ready.push_back(i);
    for (size_t at = 0; at < ready.size(); ++at)
      for (size_t to : next[ready[at]]) {
        nodes[to].row = std::max(nodes[to].row, nodes[ready[at]].row + 1);
        if (--missing[to] == 0)
          ready.push_back(to);
      }
    for (size_t i = 0; i < count; ++i)
      if (isSource[i] && !next[i].empty()) {
        int first = nodes[next[i][0]].row;
        for (size_t to : next[i])
          first = std::min(first, nodes[to].row);
        nodes[i].row = first - 1;
      }
  }

  void addLanes() {
    for (const Arrow &arrow : diagram.arrows) {
      std::vector<size_t> way = {arrow.from};
      for (int row = nodes[arrow.from].row + 1; row < nodes[arrow.to].row; ++row) {
        Node lane;
        lane.row = row;
        lane.isLane = true;
        nodes.push_back(lane);
        way.push_back(nodes.size() - 1);
      }
      way.push_back(arrow.to);
      for (size_t i = 0; i + 1 < way.size(); ++i) {
        nodes[way[i]].down.push_back(way[i + 1]);
        nodes[way[i + 1]].up.push_back(way[i]);
      }
      ways.push_back(std::move(way));
    }
    int last = 0;
    for (const Node &node : nodes)
      last = std::max(last, node.row);
    rows.resize(static_cast<size_t>(last) + 1);
    // Depth first along the arrows, so that what belongs together starts together.
    std::vector<bool> seen(nodes.size());
    std::vector<size_t> stack;
    for (size_t i = nodes.size(); i-- > 0;)
      if (nodes[i].up.empty())
        stack.push_back(i);
    while (!stack.empty()) {
      size_t at = stack.back();
      stack.pop_back();
      if (seen[at])
        continue;
      seen[at] = true;
      rows[static_cast<size_t>(nodes[at].row)].push_back(at);
      for (auto to = nodes[at].down.rbegin(); to != nodes[at].down.rend(); ++to)
        stack.push_back(*to);
    }
    place.resize(nodes.size());
    number();
  }

  void number() {
    for (const auto &row : rows)
      for (size_t i = 0; i < row.size(); ++i)
        place[row[i]] = i;
  }

  size_t crossings() const {
    size_t total = 0;
    for (const auto &row : rows) {
      std::vector<size_t> ends; // of the arrows out of this row, from left to right
      for (size_t at : row) {
        std::vector<size_t> own;
        for (size_t to : nodes[at].down)
          own.push_back(place[to]);
        std::sort(own.begin(), own.end());
        ends.insert(ends.end(), own.begin(), own.end());
      }
      for (size_t i = 0; i < ends.size(); ++i)
        for (size_t j = i + 1; j < ends.size(); ++j)
          total += ends[i] > ends[j];
    }
    return total;
  }

  void order() {
    auto best = rows;
    size_t fewest = crossings();
    for (int sweep = 0; sweep < 24 && fewest > 0; ++sweep) {
      bool downwards = sweep % 2 == 0;
      for (size_t i = 1; i < rows.size(); ++i) {
        auto &row = rows[downwards ? i : rows.size() - 1 - i];
        std::vector<std::pair<double, size_t>> keyed;
        for (size_t at : row) {
          const auto &others = downwards ? nodes[at].up : nodes[at].down;
          double sum = 0;
          for (size_t other : others)
            sum += static_cast<double>(place[other]);
          keyed.emplace_back(others.empty() ? static_cast<double>(place[at]) : sum / static_cast<double>(others.size()),
                             at);
        }
        std::stable_sort(keyed.begin(), keyed.end(), [](auto &a, auto &b) { return a.first < b.first; });
        for (size_t k = 0; k < row.size(); ++k)
          place[row[k] = keyed[k].second] = k;
      }
      if (size_t now = crossings(); now < fewest) {
        fewest = now;
        best = rows;
      }
    }
    rows = best;
    number();
  }

  double distance(const Node &left, const Node &right) const {
    return (left.width + right.width) / 2 + (left.isLane || right.isLane ? laneGap : boxGap);
  }

  // A row's positions as near to the wished ones (squares, weighted) as order and distances allow: neighbours that would
  // come too close move as one block.
  void settle(const std::vector<size_t> &row, const std::vector<double> &wished, const std::vector<double> &weight) {
    struct Block {
      double sum, weight;
      size_t count;
      double at() const { return sum / weight; }
    };
    std::vector<double> offset(row.size(), 0.0);
    std::vector<Block> blocks;
    for (size_t i = 0; i < row.size(); ++i) {
      if (i)
        offset[i] = offset[i - 1] + distance(nodes[row[i - 1]], nodes[row[i]]);
      blocks.push_back({(wished[i] - offset[i]) * weight[i], weight[i], 1});
      while (blocks.size() > 1 && blocks[blocks.size() - 2].at() > blocks.back().at()) {
        Block last = blocks.back();
        blocks.pop_back();
        blocks.back().sum += last.sum;
        blocks.back().weight += last.weight;
        blocks.back().count += last.count;
      }
    }
    size_t i = 0;
    for (const Block &block : blocks)
      for (size_t k = 0; k < block.count; ++k, ++i)
        nodes[row[i]].x = block.at() + offset[i];
  }

  // Arrows that pass through rows want to be straight more than those between boxes.
  double pull(const Node &a, const Node &b) const { return a.isLane && b.isLane ? 8 : a.isLane || b.isLane ? 2 : 1; }

  void placeAcross() {
    for (const auto &row : rows) {
      double x = 0;
      for (size_t i = 0; i < row.size(); ++i) {
        if (i)
          x += distance(nodes[row[i - 1]], nodes[row[i]]);
        nodes[row[i]].x = x;
      }
      for (size_t at : row)
        nodes[at].x -= x / 2;
    }
    constexpr int sweeps = 40;
    for (int sweep = 0; sweep < sweeps; ++sweep) {
      bool downwards = sweep % 2 == 0, both = sweep + 4 >= sweeps;
      for (size_t i = 0; i < rows.size(); ++i) {
        const auto &row = rows[downwards ? i : rows.size() - 1 - i];
        std::vector<double> wished, weight;
        for (size_t at : row) {
          const Node &node = nodes[at];
          double sum = 0, total = 0;
          auto add = [&](const std::vector<size_t> &others) {
            for (size_t other : others) {
              sum += nodes[other].x * pull(node, nodes[other]);
              total += pull(node, nodes[other]);
            }
          };
          if (both || downwards || node.down.empty())
            add(node.up);
          if (both || !downwards || node.up.empty())
            add(node.down);
          wished.push_back(total > 0 ? sum / total : node.x);
          weight.push_back(total > 0 ? total : 0.1);
        }
        settle(row, wished, weight);
      }
    }
  }

  // Where arrows leave and enter a box: side by side in the order of their other ends.
  void choosePorts(std::vector<double> &leave, std::vector<double> &enter) const {
    leave.resize(ways.size());
    enter.resize(ways.size());
    for (bool leaving : {true, false}) {
      std::vector<std::vector<size_t>> atBox(diagram.boxes.size());
      for (size_t i = 0; i < ways.size(); ++i)
        atBox[leaving ? ways[i].front() : ways[i].back()].push_back(i);
      for (size_t box = 0; box < atBox.size(); ++box) {
        auto &list = atBox[box];
        auto other = [&](size_t way) { return nodes[leaving ? ways[way][1] : ways[way][ways[way].size() - 2]].x; };
        std::stable_sort(list.begin(), list.end(), [&](size_t a, size_t b) { return other(a) < other(b); });
        double step = std::min(16.0, (nodes[box].width - 16) / static_cast<double>(list.size()));
        for (size_t i = 0; i < list.size(); ++i)
          (leaving ? leave : enter)[list[i]] =
              nodes[box].x + step * (static_cast<double>(i) - (static_cast<double>(list.size()) - 1) / 2);
      }
    }
  }

  Layout placed() const {
    Layout layout;
    double left = 0, right = 0;
    for (const Node &node : nodes) {
      left = std::min(left, node.x - node.width / 2);
      right = std::max(right, node.x + node.width / 2);
    }
    std::vector<double> leave, enter;
    choosePorts(leave, enter);
    // A gap in which an arrow goes far to the side is higher.
    std::vector<double> top(rows.size()), bottom(rows.size()), reach(rows.size(), 0.0);
    for (size_t i = 0; i < ways.size(); ++i)
      for (size_t k = 0; k + 1 < ways[i].size(); ++k) {
        double from = k ? nodes[ways[i][k]].x : leave[i];
        double to = k + 2 < ways[i].size() ? nodes[ways[i][k + 1]].x : enter[i];
        double &r = reach[static_cast<size_t>(nodes[ways[i][k]].row)];
        r = std::max(r, std::fabs(from - to));
      }
    double y = margin;
    for (size_t i = 0; i < rows.size(); ++i) {
      double height = 0;
      for (size_t at : rows[i])
        height = std::max(height, nodes[at].height);
      top[i] = y;
      bottom[i] = y + height;
      y = bottom[i] + rowGap + std::min(60.0, reach[i] * 0.06);
    }
    auto rounded = [](double value) { return std::round(value * 10) / 10; };
    auto shifted = [&](double x) { return rounded(x - left + margin); };
    for (size_t i = 0; i < diagram.boxes.size(); ++i) {
      const Node &node = nodes[i];
      size_t row = static_cast<size_t>(node.row);
      double free = bottom[row] - top[row] - node.height;
      layout.boxes.push_back(
          {shifted(node.x - node.width / 2), rounded(top[row] + free / 2), rounded(node.width), node.height});
    }
    for (size_t i = 0; i < ways.size(); ++i) {
      std::vector<Point> points;
      const auto &way = ways[i];
      double x = shifted(leave[i]);
      points.push_back({x, layout.boxes[way.front()].bottom()});
      points.push_back({x, rounded(bottom[static_cast<size_t>(nodes[way.front()].row)])});
      for (size_t k = 1; k + 1 < way.size(); ++k) {
        size_t row = static_cast<size_t>(nodes[way[k]].row);
        points.push_back({shifted(nodes[way[k]].x), rounded(top[row])});
        points.push_back({shifted(nodes[way[k]].x), rounded(bottom[row])});
      }
      x = shifted(enter[i]);
      points.push_back({x, rounded(top[static_cast<size_t>(nodes[way.back()].row)])});
      points.push_back({x, layout.boxes[way.back()].y});
      layout.arrows.push_back(std::move(points));
    }
    layout.width = std::ceil(right - left + 2 * margin);
    layout.height = std::ceil((rows.empty() ? 0 : bottom.back()) + margin);
    return layout;
  }

  const Diagram &diagram;
  std::vector<Node> nodes;
  std::vector<std::vector<size_t>> ways; // nodes along each arrow
  std::vector<std::vector<size_t>> rows;
  std::vector<size_t> place; // of a node in its row
};

} // namespace

Layout layOut(const Diagram &diagram) { return Sugiyama(diagram).run(); }

} // namespace tenon::picture
