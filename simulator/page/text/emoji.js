// @ts-check
/** Short names of common emoji. One that is not here is shown as it was written, colons and all. */

const table = `
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|ok_hand 👌|wave 👋|raised_hands 🙌|clap 👏|pray 🙏|muscle 💪|point_right 👉|point_left 👈|point_up 👆|point_down 👇|raised_hand ✋|hand ✋|v ✌️|handshake 🤝|eyes 👀|writing_hand ✍️
smile 😄|smiley 😃|grin 😁|grinning 😀|laughing 😆|joy 😂|rofl 🤣|slightly_smiling_face 🙂|wink 😉|blush 😊|innocent 😇|heart_eyes 😍|sunglasses 😎|thinking_face 🤔|neutral_face 😐|smirk 😏|unamused 😒|pensive 😔|cry 😢|sob 😭|angry 😠|rage 😡|scream 😱|sweat_smile 😅|sleeping 😴|partying_face 🥳|nerd_face 🤓|hugging_face 🤗|shrug 🤷|facepalm 🤦|exploding_head 🤯|robot_face 🤖|ghost 👻|skull 💀
heart ❤️|broken_heart 💔|green_heart 💚|blue_heart 💙|purple_heart 💜|yellow_heart 💛|orange_heart 🧡|sparkling_heart 💖|100 💯|boom 💥|fire 🔥|sparkles ✨|star ⭐|star2 🌟|dizzy 💫|zap ⚡|tada 🎉|confetti_ball 🎊|balloon 🎈|gift 🎁|trophy 🏆|medal 🏅|rocket 🚀|airplane ✈️|car 🚗|house 🏠|office 🏢
white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|negative_squared_cross_mark ❎|heavy_multiplication_x ✖️|no_entry ⛔|no_entry_sign 🚫|warning ⚠️|rotating_light 🚨|bangbang ‼️|exclamation ❗|grey_exclamation ❕|question ❓|grey_question ❔|information_source ℹ️|bell 🔔|no_bell 🔕|mega 📣|loudspeaker 📢|sos 🆘|stop_sign 🛑|octagonal_sign 🛑|construction 🚧
red_circle 🔴|large_orange_circle 🟠|large_yellow_circle 🟡|large_green_circle 🟢|large_blue_circle 🔵|large_purple_circle 🟣|white_circle ⚪|black_circle ⚫|large_red_square 🟥|large_orange_square 🟧|large_yellow_square 🟨|large_green_square 🟩|large_blue_square 🟦|large_purple_square 🟪|large_brown_square 🟫|white_large_square ⬜|black_large_square ⬛|small_blue_diamond 🔹|small_orange_diamond 🔸|large_blue_diamond 🔷|radio_button 🔘
arrow_right ➡️|arrow_left ⬅️|arrow_up ⬆️|arrow_down ⬇️|arrow_upper_right ↗️|arrow_forward ▶️|arrow_backward ◀️|fast_forward ⏩|rewind ⏪|black_right_pointing_double_triangle_with_vertical_bar ⏭️|double_vertical_bar ⏸️|pause_button ⏸️|black_square_for_stop ⏹️|arrows_counterclockwise 🔄|arrows_clockwise 🔃|repeat 🔁|leftwards_arrow_with_hook ↩️|arrow_right_hook ↪️|twisted_rightwards_arrows 🔀
hourglass ⌛|hourglass_flowing_sand ⏳|stopwatch ⏱️|timer_clock ⏲️|alarm_clock ⏰|watch ⌚|clock1 🕐|clock3 🕒|clock9 🕘|calendar 📆|date 📅|spiral_calendar_pad 🗓️
moneybag 💰|dollar 💵|euro 💶|credit_card 💳|money_with_wings 💸|receipt 🧾|chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|bar_chart 📊|clipboard 📋|memo 📝|pencil 📝|pencil2 ✏️|page_facing_up 📄|page_with_curl 📃|bookmark_tabs 📑|newspaper 📰|book 📖|books 📚|notebook 📓|file_folder 📁|open_file_folder 📂|file_cabinet 🗄️|arrow_double_up ⏫|card_index_dividers 🗂️|wastebasket 🗑️|paperclip 📎|pushpin 📌|round_pushpin 📍|triangular_ruler 📐|scissors ✂️|label 🏷️|ticket 🎫|package 📦|inbox_tray 📥|outbox_tray 📤|email 📧|envelope ✉️|incoming_envelope 📨|mailbox 📫|telephone_receiver 📞|phone ☎️|iphone 📱|computer 💻|desktop_computer 🖥️|keyboard ⌨️|floppy_disk 💾|camera 📷|bulb 💡|mag 🔍|mag_right 🔎|lock 🔒|unlock 🔓|closed_lock_with_key 🔐|key 🔑|old_key 🗝️|link 🔗|gear ⚙️|wrench 🔧|hammer 🔨|hammer_and_wrench 🛠️|nut_and_bolt 🔩|toolbox 🧰|test_tube 🧪|microscope 🔬|satellite 🛰️|electric_plug 🔌|battery 🔋|shield 🛡️|scales ⚖️|thread 🧵|yarn 🧶|jigsaw 🧩|magnet 🧲|compass 🧭|world_map 🗺️|earth_americas 🌎|globe_with_meridians 🌐|dart 🎯|game_die 🎲|crystal_ball 🔮|art 🎨|frame_with_picture 🖼️|bug 🐛|beetle 🪲|ant 🐜|bee 🐝|turtle 🐢|snail 🐌|dog 🐶|cat 🐱|unicorn_face 🦄|owl 🦉|penguin 🐧|whale 🐳
sunny ☀️|cloud ☁️|umbrella ☔|snowflake ❄️|rainbow 🌈|seedling 🌱|evergreen_tree 🌲|palm_tree 🌴|four_leaf_clover 🍀|rose 🌹|sunflower 🌻|coffee ☕|tea 🍵|beer 🍺|beers 🍻|wine_glass 🍷|pizza 🍕|hamburger 🍔|cake 🍰|birthday 🎂|cookie 🍪|apple 🍎|banana 🍌|avocado 🥑|taco 🌮
bust_in_silhouette 👤|busts_in_silhouette 👥|speech_balloon 💬|thought_balloon 💭|left_speech_bubble 🗨️|zzz 💤|checkered_flag 🏁|triangular_flag_on_post 🚩|waving_white_flag 🏳️|white_flower 💮|recycle ♻️|infinity ♾️|heavy_plus_sign ➕|heavy_minus_sign ➖|heavy_dollar_sign 💲|hash #️⃣|one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|six 6️⃣|seven 7️⃣|eight 8️⃣|nine 9️⃣|zero 0️⃣|keycap_ten 🔟|new 🆕|free 🆓|ok 🆗|up 🆙|cool 🆒|id 🆔|vs 🆚|end 🔚|back 🔙|soon 🔜|top 🔝|on 🔛|top_hat 🎩|ghost 👻`;

/** @type {ReadonlyMap<string, string>} */
export const emoji = new Map(
  table
    .trim()
    .split(/[\n|]/)
    .map((entry) => {
      const [name = "", character = ""] = entry.trim().split(" ");
      return [name, character];
    }),
);

/** Offered first when a person reacts. */
export const quickReactions = [
  "+1",
  "white_check_mark",
  "eyes",
  "tada",
  "heart",
  "x",
  "rocket",
  "pray",
];

/**
 * @param {string} name with or without a skin tone (`wave::skin-tone-3`)
 * @returns {string | undefined} the character, if the name is known
 */
export function emojiCharacter(name) {
  return emoji.get(name.split("::")[0] ?? name);
}
