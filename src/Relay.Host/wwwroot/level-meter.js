/** Shows how loud a stream is, by setting the custom property `--level` (0 to 1) on an element. */
export class LevelMeter {
  static #context = null;
  #source;
  #analyser;
  #samples;
  #frame = 0;
  #level = 0;

  /**
   * @param {MediaStream} stream  with at least one audio track
   * @param {HTMLElement} element where `--level` is set; `aria-valuenow` as well when it is a meter
   */
  constructor(stream, element) {
    LevelMeter.#context ??= new AudioContext();
    LevelMeter.#context.resume().catch(() => {});
    this.#source = LevelMeter.#context.createMediaStreamSource(stream);
    this.#analyser = LevelMeter.#context.createAnalyser();
    this.#analyser.fftSize = 512;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#source.connect(this.#analyser);
    this.#draw(element, 0);
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#source.disconnect();
  }

  #draw(element, count) {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let sum = 0;
    for (const sample of this.#samples) {
      sum += sample * sample;
    }
    const decibels = 10 * Math.log10(sum / this.#samples.length + 1e-9);
    const now = Math.min(1, Math.max(0, (decibels + 60) / 50));
    this.#level = Math.max(now, this.#level * 0.92); // falls slower than it rises, as the eye likes it
    element.style.setProperty('--level', this.#level.toFixed(3));
    if (count % 30 === 0 && element.role === 'meter') {
      element.setAttribute('aria-valuenow', String(Math.round(this.#level * 100)));
    }
    this.#frame = requestAnimationFrame(() => this.#draw(element, count + 1));
  }
}
