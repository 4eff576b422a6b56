// A canvas to draw on: white lines on black, as the example's images are. Pen, finger, mouse or keyboard.

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface DrawPad {
  readonly canvas: HTMLCanvasElement;
  readonly isEmpty: boolean;
  undo(): void;
  clear(): void;
}

/** Of the canvas's width. */
const lineWidth = 1 / 14;
/** Pixels of the canvas that one press of an arrow key moves. */
const keyStep = 8;
const arrows: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -keyStep, y: 0 },
  ArrowRight: { x: keyStep, y: 0 },
  ArrowUp: { x: 0, y: -keyStep },
  ArrowDown: { x: 0, y: keyStep },
};

/** @param onChange Called after every change of the drawing. */
export function createDrawPad(canvas: HTMLCanvasElement, onChange: () => void): DrawPad {
  let strokes: Point[][] = [];
  let pointer: number | null = null;
  /** Where the keyboard's pen is; null while it has not been used. */
  let pen: Point | null = null;
  let isPenDown = false;
  const context = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;

  const redraw = (): void => {
    context.fillStyle = '#000';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.strokeStyle = '#fff';
    context.lineWidth = lineWidth * canvas.width;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    for (const [start, ...rest] of strokes) {
      if (start === undefined) continue;
      context.beginPath();
      context.moveTo(start.x, start.y);
      for (const { x, y } of rest.length === 0 ? [start] : rest) context.lineTo(x, y);
      context.stroke();
    }
  };
  const changed = (): void => {
    redraw();
    onChange();
    showPen();
  };
  /** The keyboard's pen is drawn after the image was taken, so that it is no part of it. */
  const showPen = (): void => {
    if (pen === null || document.activeElement !== canvas) return;
    context.strokeStyle = isPenDown ? '#ffb08c' : '#8db4ff';
    context.lineWidth = 2;
    context.beginPath();
    context.arc(pen.x, pen.y, 9, 0, 2 * Math.PI);
    context.stroke();
  };
  const pointOf = (event: PointerEvent): Point => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return { x: ((event.clientX - left) / width) * canvas.width, y: ((event.clientY - top) / height) * canvas.height };
  };

  canvas.addEventListener('pointerdown', (event) => {
    if (pointer !== null || event.button !== 0) return;
    pointer = event.pointerId;
    pen = null;
    canvas.setPointerCapture(event.pointerId);
    strokes.push([pointOf(event)]);
    changed();
  });
  canvas.addEventListener('pointermove', (event) => {
    if (event.pointerId !== pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    strokes.at(-1)?.push(...(events.length === 0 ? [event] : events).map(pointOf));
    changed();
  });
  for (const name of ['pointerup', 'pointercancel'] as const) {
    canvas.addEventListener(name, (event) => {
      if (event.pointerId === pointer) pointer = null;
    });
  }

  canvas.addEventListener('keydown', (event) => {
    const move = arrows[event.key];
    if (move === undefined && event.key !== ' ') return;
    event.preventDefault();
    pen ??= { x: canvas.width / 2, y: canvas.height / 2 };
    if (move === undefined) {
      isPenDown = !isPenDown;
      if (isPenDown) strokes.push([pen]);
    } else {
      pen = { x: within(pen.x + move.x, canvas.width), y: within(pen.y + move.y, canvas.height) };
      if (isPenDown) strokes.at(-1)?.push(pen);
    }
    changed();
  });
  canvas.addEventListener('blur', () => {
    isPenDown = false;
    redraw();
  });

  redraw();
  return {
    canvas,
    get isEmpty() {
      return strokes.length === 0;
    },
    undo() {
      strokes = strokes.slice(0, -1);
      isPenDown = false;
      changed();
    },
    clear() {
      strokes = [];
      isPenDown = false;
      changed();
    },
  };
}

function within(value: number, size: number): number {
  return Math.min(size, Math.max(0, value));
}
