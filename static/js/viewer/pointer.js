// Mouse, pen and fingers on the stage: drag to move, wheel or two fingers to enlarge, tap to choose.
const TAP_PX = 5;
const WHEEL_SPEED = 0.0015;

export function listenToPointers(stage, view, desk) {
  const down = new Map(); // pointer id -> latest stage point
  let start = null; // of the one pointer that draws or moves

  stage.addEventListener("pointerdown", (event) => {
    if (event.button > 1) return;
    const point = view.stagePoint(event);
    down.set(event.pointerId, point);
    stage.setPointerCapture(event.pointerId);
    if (down.size > 1 && start) {
      desk.draft = null;
      start.isMoved = true;
      start.draws = false;
    } else {
      start = { point, image: view.toImage(point), isMoved: false, draws: desk.mode !== "select" && event.button === 0 };
    }
  });

  stage.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (!before || !start) return;
    const point = view.stagePoint(event);
    if (down.size === 2) pinch(view, down, event.pointerId, point);
    down.set(event.pointerId, point);
    if (down.size > 1) return;
    if (Math.hypot(point[0] - start.point[0], point[1] - start.point[1]) > TAP_PX) start.isMoved = true;
    if (!start.isMoved) return;
    if (start.draws) desk.draw(start.image, view.toImage(point));
    else view.panBy(point[0] - before[0], point[1] - before[1]);
  });

  function release(event, isCancelled) {
    if (!down.delete(event.pointerId) || down.size || !start) return;
    const point = view.toImage(view.stagePoint(event));
    const { isMoved, draws, image } = start;
    start = null;
    if (isCancelled) desk.draft = null;
    else if (draws && isMoved) desk.finishDraw(image, point);
    else if (draws && desk.mode === "add") desk.addAt(point);
    else if (!isMoved) desk.chooseAt(point, { add: event.shiftKey || event.ctrlKey || event.metaKey, pointerType: event.pointerType });
  }

  stage.addEventListener("pointerup", (event) => release(event, false));
  stage.addEventListener("pointercancel", (event) => release(event, true));
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    view.zoomBy(Math.exp(-event.deltaY * lines * WHEEL_SPEED), view.stagePoint(event));
  }, { passive: false });
  stage.addEventListener("dblclick", (event) => {
    if (desk.mode === "select") view.zoomBy(2, view.stagePoint(event));
  });
}

function pinch(view, down, movedId, point) {
  const otherId = [...down.keys()].find((id) => id !== movedId);
  const other = down.get(otherId);
  const before = down.get(movedId);
  const spread = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]) || 1;
  const middle = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  const [from, to] = [middle(before, other), middle(point, other)];
  view.panBy(to[0] - from[0], to[1] - from[1]);
  view.zoomBy(spread(point, other) / spread(before, other), to);
}
