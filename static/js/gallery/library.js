// Puts the chosen cells into the reference library; the server takes only what a person has confirmed.
import { isConfirmed } from "../review/cells.js";

export async function addToLibrary(hands) {
  const crops = hands.inHand();
  const ready = crops.filter((crop) => isConfirmed(hands.crops.cellOf(crop)));
  if (!ready.length) {
    hands.say(crops.length ? "Name or confirm the cell first: the library holds only what a person has confirmed." : "Choose a confirmed cell first.");
    return;
  }
  const byImage = groupByImage(ready);
  if ([...byImage.keys()].some((imageId) => hands.stores.get(imageId).pending.length)) {
    hands.say("A change of these cells is not saved yet; add them once all changes are saved.");
    return;
  }
  const sum = { added: 0, already: 0, refused: [] };
  for (const [imageId, chosen] of byImage) {
    const answer = await send(Number(imageId), chosen.map((crop) => crop.dataset.cell));
    sum.added += answer.added;
    sum.already += answer.already;
    sum.refused.push(...answer.refused.map((one) => one.message));
  }
  hands.say(wordsOf(sum, crops.length - ready.length));
}

function groupByImage(crops) {
  const groups = new Map();
  for (const crop of crops) groups.set(crop.dataset.image, [...(groups.get(crop.dataset.image) ?? []), crop]);
  return groups;
}

async function send(imageId, cells) {
  const failed = (message) => ({ added: 0, already: 0, refused: [{ message }] });
  try {
    const answer = await fetch("/library/cells", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ image_id: imageId, cells }),
    });
    const body = await answer.json();
    return answer.ok ? body : failed(body.error?.message ?? `The server refused them (${answer.status}).`);
  } catch {
    return failed("The server did not answer, so nothing was added; try again.");
  }
}

function wordsOf({ added, already, refused }, unconfirmed) {
  const words = [`${added} ${added === 1 ? "cell" : "cells"} added to the library.`];
  if (already) words.push(`${already} ${already === 1 ? "was" : "were"} in it already.`);
  if (unconfirmed) words.push(`${unconfirmed} ${unconfirmed === 1 ? "is" : "are"} not confirmed yet and left out.`);
  return [...words, ...new Set(refused)].join(" ");
}
