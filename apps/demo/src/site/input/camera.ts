/** Frames of the camera. */
export interface Camera {
  readonly isOn: boolean;
  /** @throws Error that says in plain words why there is no picture. */
  start(): Promise<void>;
  stop(): void;
}

/**
 * @param video Shows the camera's view.
 * @param onFrame Called with each frame; the next one is taken after its promise has settled.
 */
export function createCamera(video: HTMLVideoElement, onFrame: (video: HTMLVideoElement) => Promise<void>): Camera {
  let stream: MediaStream | null = null;

  const run = async (own: MediaStream): Promise<void> => {
    while (stream === own) {
      await new Promise(requestAnimationFrame);
      if (stream === own && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) await onFrame(video);
    }
  };

  return {
    get isOn() {
      return stream !== null;
    },
    async start() {
      const opened = await openCamera();
      stream = opened;
      video.srcObject = opened;
      await video.play();
      void run(opened);
    },
    stop() {
      for (const track of stream?.getTracks() ?? []) track.stop();
      stream = null;
      video.srcObject = null;
    },
  };
}

async function openCamera(): Promise<MediaStream> {
  // Browsers offer cameras to pages of https and of this device only.
  if (navigator.mediaDevices === undefined) {
    throw new Error('This page may not use a camera. Open it over https, or from this device.');
  }
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  } catch (cause) {
    throw new Error(
      cause instanceof DOMException && cause.name === 'NotAllowedError'
        ? 'The camera was not allowed. Allow it in the settings of the browser, or choose a photo.'
        : 'No camera was found. Choose a photo instead.',
      { cause },
    );
  }
}
