/** `--help` of `npm run create-wav`. No types here: the file is also read where nothing is installed. */
export const USAGE = `npm run create-wav -- --file NAME --text "…" [--engine auto|polly|offline] [--voice NAME] [--ssml] [--dir DIR]
npm run create-wav -- --all     makes every prompt of prompts.json again`;
