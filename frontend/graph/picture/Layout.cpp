// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/picture/Layout.h"
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

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

  // Brandes and Koepf's way: every node stands below the middle one of those above it where that is free, or above one
  // below it, from the left or from the right; of the four results each node gets the mean of the two in the middle.
  void placeAcross() {
    markConflicts();
    struct Result {
      std::vector<double> x;
      double left, right;
    };
    std::vector<Result> results;
    for (bool upwards : {false, true})
      for (bool mirrored : {false, true}) {
        Result result{aligned(upwards, mirrored), std::numeric_limits<double>::max(),
                      std::numeric_limits<double>::lowest()};
        for (size_t i = 0; i < nodes.size(); ++i) {
          result.left = std::min(result.left, result.x[i] - nodes[i].width / 2);
          result.right = std::max(result.right, result.x[i] + nodes[i].width / 2);
        }
        results.push_back(std::move(result));
      }
    auto width = [](const Result &result) { return result.right - result.left; };
    const Result narrowest =
        *std::min_element(results.begin(), results.end(), [&](auto &a, auto &b) { return width(a) < width(b); });
    for (size_t i = 0; i < nodes.size(); ++i) {
      double x[4];
      for (size_t k = 0; k < 4; ++k)
        x[k] = results[k].x[i] + (k % 2 ? narrowest.right - results[k].right : narrowest.left - results[k].left);
      std::sort(x, x + 4);
      nodes[i].x = (x[1] + x[2]) / 2;
    }
  }

  // Arrows that pass through rows stay straight: what crosses two lanes' connection is not lined up.
  void markConflicts() {
    for (const auto &row : rows) {
      std::vector<std::pair<size_t, size_t>> all;
      for (size_t at : row)
        for (size_t to : nodes[at].down)
          all.emplace_back(at, to);
      for (const auto &[a, b] : all)
        if (nodes[a].isLane && nodes[b].isLane)
          for (const auto &[c, d] : all)
            if (!(nodes[c].isLane && nodes[d].isLane) && (place[a] < place[c]) != (place[b] < place[d]) && a != c &&
                b != d)
              conflicts.insert({c, d});
    }
  }

  std::vector<double> aligned(bool upwards, bool mirrored) const {
    std::vector<std::vector<size_t>> order = rows;
    if (upwards)
      std::reverse(order.begin(), order.end());
    std::vector<long> at(nodes.size());
    for (auto &row : order) {
      if (mirrored)
        std::reverse(row.begin(), row.end());
      for (size_t i = 0; i < row.size(); ++i)
        at[row[i]] = static_cast<long>(i);
    }
    // Blocks of nodes that get one position: rings through `next`, named after their first one.
    std::vector<size_t> root(nodes.size()), next(nodes.size());
    std::iota(root.begin(), root.end(), 0);
    std::iota(next.begin(), next.end(), 0);
    for (size_t r = 1; r < order.size(); ++r) {
      long taken = -1;
      for (size_t v : order[r]) {
        std::vector<size_t> others = upwards ? nodes[v].down : nodes[v].up;
        std::sort(others.begin(), others.end(), [&](size_t a, size_t b) { return at[a] < at[b]; });
        for (size_t m : {(others.size() - 1) / 2, others.size() / 2}) {
          if (others.empty() || next[v] != v)
            break;
          size_t u = others[m];
          if (conflicts.count(upwards ? std::pair(v, u) : std::pair(u, v)) || at[u] <= taken)
            continue;
          next[u] = v;
          root[v] = root[u];
          next[v] = root[v];
          taken = at[u];
        }
      }
    }
    return compacted(order, root, mirrored);
  }

  // Blocks as far left as they can be, then towards what stands right of them.
  std::vector<double> compacted(const std::vector<std::vector<size_t>> &order, const std::vector<size_t> &root,
                                bool mirrored) const {
    std::map<std::pair<size_t, size_t>, double> gaps;
    for (const auto &row : order)
      for (size_t i = 1; i < row.size(); ++i) {
        double &gap = gaps[{root[row[i - 1]], root[row[i]]}];
        gap = std::max(gap, distance(nodes[row[i - 1]], nodes[row[i]]));
      }
    std::vector<std::vector<std::pair<size_t, double>>> rightOf(nodes.size());
    std::vector<int> missing(nodes.size(), 0);
    for (const auto &[pair, gap] : gaps) {
      rightOf[pair.first].emplace_back(pair.second, gap);
      ++missing[pair.second];
    }
    std::vector<size_t> sorted;
    for (size_t i = 0; i < nodes.size(); ++i)
      if (root[i] == i && missing[i] == 0)
        sorted.push_back(i);
    std::vector<double> x(nodes.size(), 0.0);
    for (size_t i = 0; i < sorted.size(); ++i)
      for (auto [right, gap] : rightOf[sorted[i]]) {
        x[right] = std::max(x[right], x[sorted[i]] + gap);
        if (--missing[right] == 0)
          sorted.push_back(right);
      }
    for (size_t i = sorted.size(); i-- > 0;) {
      double limit = std::numeric_limits<double>::max();
      for (auto [right, gap] : rightOf[sorted[i]])
        limit = std::min(limit, x[right] - gap);
      if (!rightOf[sorted[i]].empty())
        x[sorted[i]] = std::max(x[sorted[i]], limit);
    }
    for (size_t i = 0; i < nodes.size(); ++i)
      if (root[i] != i)
        x[i] = x[root[i]];
    if (mirrored)
      for (double &value : x)
        value = -value;
    return x;
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
    double left = nodes.empty() ? 0 : nodes[0].x, right = left;
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
  std::set<std::pair<size_t, size_t>> conflicts;
};

} // namespace

Layout layOut(const Diagram &diagram) { return Sugiyama(diagram).run(); }

} // namespace tenon::picture
