/** `--help` of `npm run create-wav`. No types here: it is read where nothing is installed, too. */
export const USAGE = `npm run create-wav -- --file NAME --text "…" [--engine auto|polly|offline] [--voice NAME] [--ssml] [--dir DIR]
npm run create-wav -- --all     makes every prompt of prompts.json again`;
