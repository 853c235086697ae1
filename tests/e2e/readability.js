// What a page says about itself: texts too faint to read and controls too small to hit.

// Contrast under 4.5, or under 3 for large letters (WCAG 1.4.3).
export function faintTexts() {
  const parse = (colour) => colour.match(/[\d.]+/g).map(Number);
  const channel = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([red, green, blue]) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const [red, green, blue, alpha = 1] = parse(getComputedStyle(e).backgroundColor);
      if (alpha > 0.5) return [red, green, blue];
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll("main *, header *, footer *")) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!hasText || !element.checkVisibility() || element.closest("svg, .visually-hidden, :disabled")) continue;
    const style = getComputedStyle(element);
    const [lighter, darker] = [light(parse(style.color)), light(ground(element))].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    if ((lighter + 0.05) / (darker + 0.05) < needed) faint.push(element.textContent.trim().slice(0, 40));
  }
  return faint;
}

// Smaller than 24 by 24 pixels (WCAG 2.5.8); a checkbox is hit by its label.
export function smallTargets() {
  const controls = document.querySelectorAll("main button, main input, main select, .button, header a");
  return [...controls]
    .filter((control) => control.checkVisibility() && control.type !== "checkbox")
    .filter((control) => Math.min(control.getBoundingClientRect().width, control.getBoundingClientRect().height) < 24)
    .map((control) => control.outerHTML.slice(0, 80));
}
